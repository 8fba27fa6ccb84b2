import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** A repository with files that must not be, each with the rule that has to catch it. */
const PLANTED: readonly { file: string; text: string; rule: string | null }[] = [
  { file: 'src/core/usesNode.ts', text: "import 'node:fs';", rule: 'core-needs-nothing' },
  { file: 'src/core/usesTypes.ts', text: typeImport('vscode'), rule: 'core-imports' },
  { file: 'src/core/usesZod.ts', text: "import 'zod/mini';", rule: 'core-imports' },
  { file: 'src/protocol/usesPg.ts', text: "import '../pg/session';", rule: 'protocol-imports' },
  { file: 'src/monitor/usesEditor.ts', text: typeImport('vscode'), rule: 'monitor-imports' },
  { file: 'src/operations/usesPg.ts', text: "import 'pg';", rule: 'only-pg-imports-pg' },
  { file: 'src/pg/usesEditor.ts', text: typeImport('vscode'), rule: 'pg-imports' },
  { file: 'src/host/usesMonitor.ts', text: "import '../monitor/good';", rule: 'host-imports' },
  { file: 'src/views/usesPg.ts', text: "import '../pg/session';", rule: 'views-imports' },
  { file: 'src/commands/usesNode.ts', text: "import 'node:fs';", rule: 'commands-imports' },
  { file: 'src/panels/usesNode.ts', text: "import 'node:fs';", rule: 'panels-imports' },
  { file: 'src/import/usesEditor.ts', text: typeImport('vscode'), rule: 'import-imports' },
  { file: 'src/views/usesImport.ts', text: "import '../import/good';", rule: 'views-imports' },
  { file: 'src/demo/usesEditor.ts', text: typeImport('vscode'), rule: 'demo-imports' },
  { file: 'src/demo/usesPg.ts', text: "import '../pg/session';", rule: 'demo-imports' },
  { file: 'src/commands/usesDemo.ts', text: "import '../demo/good';", rule: 'demo-on-demand' },
  {
    file: 'src/pg/usesPrograms.ts',
    text: "import 'node:child_process';",
    rule: 'only-demo-starts-programs',
  },
  {
    file: 'src/views/usesTop.ts',
    text: "import '../composition';",
    rule: 'nothing-imports-the-top',
  },
  { file: 'webview/usesPg.ts', text: "import '../src/pg/session';", rule: 'webview-imports' },
  { file: 'webview/usesToolkit.ts', text: toolkit(), rule: 'toolkit-only-in-ui' },
  // These are allowed; a rule that refuses everything would not do.
  { file: 'src/composition.ts', text: 'export const nothing = 0;', rule: null },
  { file: 'src/pg/session.ts', text: "import 'node:net';\nimport 'pg';", rule: null },
  { file: 'src/monitor/good.ts', text: "import '../core/plain';", rule: null },
  { file: 'src/import/good.ts', text: "import 'yaml';\nimport '../core/plain';", rule: null },
  { file: 'src/commands/goodImport.ts', text: "import '../import/good';", rule: null },
  { file: 'src/demo/good.ts', text: "import 'node:child_process';", rule: null },
  { file: 'src/commands/demo/good.ts', text: "import '../../demo/good';", rule: null },
  { file: 'src/core/plain.ts', text: 'export const nothing = 0;', rule: null },
  {
    file: 'src/panels/good.ts',
    text: "import 'node:crypto';\nimport '../core/plain';",
    rule: null,
  },
  { file: 'webview/ui/good.ts', text: toolkit(), rule: null },
];

/** A cycle is reported for one of its files. */
const CYCLE = [
  { file: 'src/core/cycleA.ts', text: "import './cycleB';" },
  { file: 'src/core/cycleB.ts', text: "import './cycleA';" },
];

describe('check:imports', () => {
  let violations: ReadonlyMap<string, readonly string[]>;

  before(function () {
    // It reads a whole repository in a process of its own.
    this.timeout(240_000);
    violations = checkPlantedRepository();
  });

  for (const { file, text, rule } of PLANTED) {
    const line = text.replaceAll('\n', ' ');
    const title =
      rule === null ? `allows ${line} in ${file}` : `${rule} catches ${line} in ${file}`;
    it(title, () => {
      const found = violations.get(file) ?? [];
      if (rule === null) assert.deepEqual(found, []);
      else assert.ok(found.includes(rule), `caught by: ${found.join(', ')}`);
    });
  }

  it('no-circular catches two files that import each other', () => {
    const found = CYCLE.flatMap(({ file }) => violations.get(file) ?? []);
    assert.ok(found.includes('no-circular'), `caught by: ${found.join(', ')}`);
  });
});

/** @returns file → names of the rules that it breaks */
function checkPlantedRepository(): ReadonlyMap<string, readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'pg-topology-imports-'));
  try {
    for (const { file, text } of [...PLANTED, ...CYCLE]) plant(folder, file, `${text}\n`);
    for (const file of ['tsconfig.base.json', 'src/tsconfig.json', 'package.json']) {
      copyFileSync(file, join(folder, file));
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    return runCruiser(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function runCruiser(folder: string): ReadonlyMap<string, readonly string[]> {
  const cruiser = resolve('node_modules/dependency-cruiser/bin/dependency-cruise.mjs');
  const config = resolve('.dependency-cruiser.cjs');
  const args = [cruiser, '--config', config, '--preserve-symlinks', '--output-type', 'json'];
  const run = spawnSync(process.execPath, [...args, 'src', 'webview'], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  assert.ok(run.stdout.startsWith('{'), run.stderr);
  const report = JSON.parse(run.stdout) as {
    summary: { violations: readonly { from: string; rule: { name: string } }[] };
  };
  const byFile = new Map<string, string[]>();
  for (const { from, rule } of report.summary.violations) {
    byFile.set(from, [...(byFile.get(from) ?? []), rule.name]);
  }
  return byFile;
}

function plant(folder: string, file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

function typeImport(name: string): string {
  return `import type {} from '${name}';`;
}

function toolkit(): string {
  return "import '@vscode/webview-ui-toolkit';";
}
