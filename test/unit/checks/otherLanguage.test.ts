import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pseudo } from '../../host/hostLanguage.mjs';
import { plainWords } from '../../language/plainTexts';
import type { Recorded } from '../../language/recordTexts';

/** Tests whose code makes the texts of plans, reports, findings, diagnoses, rows and the dashboard. */
const TESTS = [
  'test/unit/core/{attention,checks,describe,diagnosis,differences,discovery,events,loss,plan,queue,routing,setup}/**/*.test.ts',
  'test/unit/core/join/{streamingEdges,logicalEdges,queues,slots,slotLimit,consumerEdges}.test.ts',
  'test/unit/core/{changeFailure,connectionString,failureText}.test.ts',
  'test/unit/topologyFile/{badInputs,optionProblems,routing,suggestions}.test.ts',
  'test/unit/{views,webview}/**/*.test.ts',
  'test/unit/protocol/toDashboardState.test.ts',
];

/** What nobody translates, with its reason. */
const PLAIN: readonly RegExp[] = [
  // Words of the engine that reads JSON.
  /jsonObjectProblem .*This is no JSON/u,
  // What a test has a function say that it hands in.
  /\| (Replay of streaming\/central-read|Could not reach vengeance)\.$/u,
  // A file for other programs.
  /^webview\/charts\/chartsAsCsv\.ts /u,
];

describe('texts that are made, in another language', () => {
  it('hold no word that was not translated', () => {
    const recorded = runTests();
    assert.ok(recorded.plans > 300 && recorded.texts > 3_000, JSON.stringify(recorded));
    const left = recorded.plain.filter((found) => !PLAIN.some((rule) => rule.test(found)));
    assert.deepEqual(
      left,
      [],
      'Tag it with say; a value or a name stands in the data of the call.',
    );
    // A thousand tests in one: far more time than others are given, which tells only that it hangs.
  }).timeout(1_200_000);

  it('are told from data, statements and units', () => {
    assert.deepEqual(plainWords(`${pseudo('Slot ')}jobs_sub${pseudo(' is lost.')}`), []);
    assert.deepEqual(plainWords(`${pseudo('Role ')}a.b${pseudo(' may not ')}write`), ['write']);
    assert.deepEqual(plainWords(`$(pulse) 12 ms · ALTER TABLE · ${pseudo('caught up')}`), []);
    assert.deepEqual(plainWords(`⟦retries in 1 ⟦minute⟧⟧`), []);
  });
});

function runTests(): Recorded {
  const folder = mkdtempSync(join(tmpdir(), 'pg-topology-language-'));
  const file = join(folder, 'texts.json');
  const { status, error } = spawnSync(
    process.execPath,
    [
      'node_modules/mocha/bin/mocha.js',
      '--import=tsx',
      '--require=./test/language/recordTexts.ts',
      '--require=./test/language/writtenPlans.ts',
      '--timeout=60000',
      '--reporter=min',
      '--exit',
      ...TESTS,
    ],
    {
      cwd: fileURLToPath(new URL('../../../', import.meta.url)),
      env: { ...process.env, PLAIN_TEXTS: file },
      stdio: 'ignore',
    },
  );
  try {
    assert.equal(error, undefined);
    // Tests fail in a language that they do not expect; a run that was ended has no code.
    assert.notEqual(status, null);
    return JSON.parse(readFileSync(file, 'utf8')) as Recorded;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
