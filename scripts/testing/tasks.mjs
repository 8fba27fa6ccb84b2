// All that `npm test` runs, and what a single suite needs of it.
import { resolve } from 'node:path';
import { OLDEST_VSCODE } from '../../test/host/hostVersions.mjs';

/**
 * @typedef {object} TestTask
 * @property {string} name
 * @property {'prepare' | 'check' | 'suite'} kind a check counts as one test; a preparation counts only when it fails
 * @property {readonly string[]} command
 * @property {readonly string[]} needs
 * @property {Readonly<Record<string, string>>} env
 */

const node = process.execPath;
const npm = (/** @type {string} */ script) => ['npm', 'run', '--silent', script];
const mocha = (/** @type {string} */ files, /** @type {number} */ limitSeconds) => [
  node,
  'node_modules/mocha/bin/mocha.js',
  '--import=tsx',
  '--require=./scripts/testing/propertySeed.mjs',
  '--reporter=scripts/testing/countingReporter.cjs',
  // Generous: two suites share two cores, and a limit that a busy machine reaches proves nothing.
  `--timeout=${limitSeconds * 1000}`,
  files,
];

/** Server versions that are supported; those with most to do first. PG_MAJORS=17,18 chooses fewer. */
const MAJORS = (process.env['PG_MAJORS'] ?? '18,14,17,16,15').split(',').map((part) => part.trim());

/** @type {readonly TestTask[]} */
const PREPARATIONS = [
  task('prepare', 'browser', [node, 'test/host/prepare.mjs', 'browser']),
  task('prepare', 'editor', [node, 'test/host/prepare.mjs', 'editor']),
  task('prepare', 'oldest editor', [node, 'test/host/prepare.mjs', 'editor'], [], {
    HOST_VSCODE: OLDEST_VSCODE,
  }),
  task('prepare', 'host bundles', [node, 'scripts/testing/bundleHostTests.mjs']),
];

/** Apart from what checks it, so that suites in the editor still run when the package has grown too big. */
const PACKAGE = task('check', 'package', [node, 'scripts/package.mjs', '--unchecked']);

/** The longest first. @type {readonly TestTask[]} */
const CHECKS = [
  task('check', 'lint', npm('lint')),
  task('check', 'types', npm('typecheck')),
  task('check', 'format', npm('check:format')),
  task('check', 'package contents', [node, 'scripts/packaging/checkPackage.mjs'], ['package']),
  task('check', 'imports', npm('check:imports')),
  task('check', 'generated', npm('check:generated')),
];

const UNIT = task('suite', 'unit', mocha('test/unit/**/*.test.ts', 180));

/** One process a major, so that two of them run at a time. */
const POSTGRES = MAJORS.map((major) =>
  task('suite', `postgres ${major}`, mocha('test/postgres/**/*.test.ts', 360), [], {
    PG_MAJORS: major,
  }),
);

const HOST_NEEDS = ['package', 'browser', 'editor', 'host bundles'];
const hostCommand = [
  node,
  'node_modules/@vscode/test-cli/out/bin.mjs',
  '--config',
  'test/host/vscodeTest.config.mjs',
];
/** A desktop VS Code has a version of its own, and @vscode/test-electron starts it with every folder trusted. */
const isFromNpm =
  process.platform === 'linux' &&
  process.env['HOST'] !== 'electron' &&
  process.env['VSCODE_EXECUTABLE_PATH'] === undefined;
const HOST = [
  task('suite', 'host', hostCommand, HOST_NEEDS, { HOST_TRUST: '0' }),
  ...(isFromNpm
    ? [
        task('suite', 'host restricted', hostCommand, HOST_NEEDS, { HOST_TRUST: '1' }),
        task('suite', 'host oldest', hostCommand, [...HOST_NEEDS, 'oldest editor'], {
          HOST_TRUST: '0',
          HOST_VSCODE: OLDEST_VSCODE,
        }),
      ]
    : []),
].filter(({ env }) => agreesWithChoice(env));

const WEBVIEW = task('suite', 'webview', mocha('test/webview/**/*.test.ts', 180), [
  'package',
  'browser',
]);
const UI_NEEDS = ['package', 'browser', 'editor'];
const UI = task('suite', 'ui', mocha('test/ui/**/*.test.ts', 360), UI_NEEDS);
/** In two halves beside each other, by the first letter of a file: whole it takes longer than all the others beside it. */
const UI_HALVES = [
  task('suite', 'ui', mocha('test/ui/**/[!m-z]*.test.ts', 360), UI_NEEDS),
  task('suite', 'ui m-z', mocha('test/ui/**/[m-z]*.test.ts', 360), UI_NEEDS),
];

/** @type {Readonly<Record<string, readonly TestTask[]>>} */
const SUITES = {
  unit: [UNIT],
  postgres: POSTGRES,
  host: HOST,
  webview: [WEBVIEW],
  ui: [UI],
  soak: [...POSTGRES, UNIT].map((suite) => ({ ...suite, env: { ...suite.env, SOAK: '1' } })),
};

/**
 * @param {string | undefined} suite one of the suites; undefined means everything
 * @param {readonly string[]} extra arguments for mocha, such as --grep, or files instead of all
 * @returns {readonly TestTask[]} in the order in which they should start
 * @throws when there is no such suite
 */
export function planTasks(suite, extra) {
  if (suite === undefined) {
    // The longest first, so that none of them is left to run alone at the end.
    const [first, rest] = [POSTGRES.slice(0, 2), POSTGRES.slice(2)];
    return [
      ...PREPARATIONS,
      PACKAGE,
      ...first,
      ...UI_HALVES,
      ...HOST,
      ...rest,
      ...CHECKS,
      WEBVIEW,
      UNIT,
    ];
  }
  const chosen = SUITES[suite];
  if (chosen === undefined) {
    throw new Error(`There is no suite "${suite}". Suites: ${Object.keys(SUITES).join(', ')}.`);
  }
  const suites = chosen.filter(({ command }) => holdsNamed(command, extra));
  if (suites.length === 0) throw new Error(`The suite "${suite}" does not run ${extra.join(' ')}.`);
  const needed = new Set(suites.flatMap(({ needs }) => needs));
  const before = [...PREPARATIONS, PACKAGE].filter(({ name }) => needed.has(name));
  return [...before, ...suites.map((one) => ({ ...one, command: narrow(one.command, extra) }))];
}

/**
 * HOST_TRUST and HOST_VSCODE, set by hand, choose among the host suites.
 *
 * @param {Readonly<Record<string, string>>} env of a suite
 */
function agreesWithChoice(env) {
  const trust = process.env['HOST_TRUST'] ?? env['HOST_TRUST'];
  if (trust !== env['HOST_TRUST']) return false;
  return process.env['HOST_VSCODE'] === undefined || env['HOST_VSCODE'] === undefined;
}

/**
 * Whether a file that is named belongs to the suite; all do where none is named. The soak is made of suites of several folders.
 *
 * @param {readonly string[]} command
 * @param {readonly string[]} extra
 */
function holdsNamed(command, extra) {
  const named = extra.filter((argument) => argument.endsWith('.test.ts'));
  const folder = command.find((part) => part.includes('*'))?.split('**')[0];
  if (named.length === 0 || folder === undefined) return true;
  return named.some((file) => resolve(file).startsWith(resolve(folder)));
}

/**
 * @param {readonly string[]} command
 * @param {readonly string[]} extra
 */
function narrow(command, extra) {
  const namesFiles = extra.some((argument) => argument.endsWith('.test.ts'));
  const kept = namesFiles ? command.filter((part) => !part.includes('*')) : command;
  return [...kept, ...extra];
}

/**
 * @param {TestTask['kind']} kind
 * @param {string} name
 * @param {readonly string[]} command
 * @param {readonly string[]} [needs]
 * @param {Readonly<Record<string, string>>} [env]
 * @returns {TestTask}
 */
function task(kind, name, command, needs = [], env = {}) {
  return { kind, name, command, needs, env };
}
