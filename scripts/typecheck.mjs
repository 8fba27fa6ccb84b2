// Type-checks every program of the repository. `core` and `protocol` compile alone, without DOM and Node types.
// All in one process: files that several programs hold are read once, and each is checked in the narrowest of them.
import { resolve } from 'node:path';
import ts from 'typescript';

/** Narrow ones first. */
const PROJECTS = ['src/core', 'src/protocol', 'src', 'webview', 'test', '.'];

/** @type {Map<string, ts.SourceFile>} */
const files = new Map();
/** @type {Set<string>} */
const checked = new Set();
const host = {
  getCanonicalFileName: (/** @type {string} */ name) => name,
  getCurrentDirectory: () => process.cwd(),
  getNewLine: () => '\n',
};

const problems = PROJECTS.flatMap(check);
// What two programs say of one place is said once.
const sorted = ts.sortAndDeduplicateDiagnostics(problems);
if (sorted.length > 0) console.error(ts.formatDiagnosticsWithColorAndContext(sorted, host));
process.exitCode = sorted.length === 0 ? 0 : 1;

/**
 * @param {string} folder
 * @returns {readonly ts.Diagnostic[]}
 */
function check(folder) {
  const { options, fileNames, errors } = readConfig(folder);
  const program = ts.createProgram({ rootNames: fileNames, options, host: sharingHost(options) });
  const own = fileNames.filter((name) => !checked.has(name));
  if (own.length === 0) throw new Error(`${folder} has no file of its own.`);
  for (const name of own) checked.add(name);
  const found = own.flatMap((name) => {
    const file = program.getSourceFile(name);
    if (file === undefined) return [];
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)];
  });
  return [
    ...errors,
    ...program.getOptionsDiagnostics(),
    ...program.getGlobalDiagnostics(),
    ...found,
  ];
}

/** @param {string} folder */
function readConfig(folder) {
  const path = resolve(folder, 'tsconfig.json');
  const config = ts.getParsedCommandLineOfConfigFile(path, undefined, {
    ...ts.sys,
    onUnRecoverableConfigFileDiagnostic: (diagnostic) => {
      throw new Error(ts.formatDiagnostic(diagnostic, host));
    },
  });
  if (config === undefined) throw new Error(`${path} cannot be read.`);
  return config;
}

/** @param {ts.CompilerOptions} options they differ in libraries and types alone, which say nothing of how a file is read */
function sharingHost(options) {
  const own = ts.createCompilerHost(options);
  return {
    ...own,
    /** @type {ts.CompilerHost['getSourceFile']} */
    getSourceFile: (name, version, ...rest) => {
      const format = typeof version === 'object' ? version.impliedNodeFormat : undefined;
      const key = `${name} ${String(format)}`;
      const known = files.get(key) ?? own.getSourceFile(name, version, ...rest);
      if (known !== undefined) files.set(key, known);
      return known;
    },
  };
}
