import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { ACTION_COMMANDS } from '../../../../src/core/diagnosis/actions';
import { CAUSE_CODES } from '../../../../src/core/diagnosis/diagnosis';
import { VERDICT_CODES } from '../../../../src/core/join/severity';

const CODES = [...VERDICT_CODES, ...CAUSE_CODES];

function repositoryFile(path: string): string {
  return readFileSync(new URL(`../../../../${path}`, import.meta.url), 'utf8');
}

describe('the page of verdicts', () => {
  const page = repositoryFile('docs/verdicts.md');
  const sections = page.split(/^### /mu).slice(1);

  it('has a section for every code, and none for another', () => {
    const named = sections.map((section) => section.split('\n')[0] ?? '');
    assert.deepEqual(named.toSorted(), CODES.toSorted());
  });

  it('has an anchor of its own for each', () => {
    const anchors = CODES.map((code) => code.toLowerCase());
    assert.equal(new Set(anchors).size, anchors.length);
  });

  it('says of each how bad it is, what it rests on and what to do', () => {
    for (const section of sections) {
      for (const part of ['- Severity: ', '- Rests on: ', '- What to do: ']) {
        assert.ok(section.includes(part), `${section.split('\n')[0] ?? ''}: ${part}`);
      }
    }
  });
});

describe('commands that a diagnosis names', () => {
  it('are those of the manifest', () => {
    const manifest = JSON.parse(repositoryFile('package.json')) as {
      contributes: { commands: { command: string }[] };
    };
    const known = new Set(manifest.contributes.commands.map(({ command }) => command));
    for (const id of ACTION_COMMANDS) assert.ok(known.has(`pgTopology.${id}`), id);
  });
});
