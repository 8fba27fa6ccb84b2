// The VS Code builds that the host tests know: each is the npm package code-server, which carries the whole VS Code server.
import { join } from 'node:path';
import { cacheFolder } from './cacheFolder.mjs';

/**
 * @typedef {object} HostBuild
 * @property {string} codeServer version of the npm package
 * @property {string} node the Node version that this build runs on
 * @property {string} watchdog its name for the module that ends it with its parent
 * @property {boolean} ripgrepMissing it downloads ripgrep in a script that is not run here
 * @property {boolean} argon2Missing its argon2 has no prebuilt binary
 * @property {boolean} guardsTestPayload it obeys test parameters of the address only when told so at its start
 */

/** @type {Readonly<Record<string, HostBuild>>} */
const BUILDS = {
  '1.139.1': {
    codeServer: '4.139.1',
    node: '24.21.0',
    watchdog: '@vscode/native-watchdog',
    ripgrepMissing: false,
    argon2Missing: false,
    guardsTestPayload: true,
  },
  '1.100.3': {
    codeServer: '4.100.3',
    node: '20.20.2',
    watchdog: 'native-watchdog',
    ripgrepMissing: true,
    argon2Missing: true,
    guardsTestPayload: false,
  },
};

/** The build used when HOST_VSCODE names none. */
export const DEFAULT_VSCODE = '1.139.1';

/** The oldest one that the manifest promises to run on. */
export const OLDEST_VSCODE = '1.100.3';

/**
 * @typedef {object} Host
 * @property {string} version of VS Code
 * @property {HostBuild} build
 * @property {string} root folder of this installation
 * @property {string} codeServer folder of the package code-server
 * @property {string} vscode folder of the VS Code server in it
 * @property {string} nodePackage npm package that holds the Node for it
 * @property {string} node executable that runs it
 * @property {boolean} ownNode whether `node` is the one that runs this script
 */

/**
 * Where one VS Code build lives on this machine, installed or not.
 * HOST_VSCODE chooses the build, HOST_DIR another folder, HOST_NODE another Node.
 *
 * @param {string} [version]
 * @returns {Host}
 */
export function describeHost(version = process.env['HOST_VSCODE'] ?? DEFAULT_VSCODE) {
  const build = BUILDS[version];
  if (build === undefined) {
    throw new Error(`HOST_VSCODE=${version} is unknown. Known: ${Object.keys(BUILDS).join(', ')}.`);
  }
  const root =
    process.env['HOST_DIR'] ?? join(cacheFolder('vscode-host'), `${version}-node${build.node}`);
  const nodePackage = `node-linux-${process.arch}`;
  const ownNode =
    process.env['HOST_NODE'] === undefined && majorOf(process.version) === majorOf(build.node);
  const installed = join(root, 'node_modules', nodePackage, 'bin', 'node');
  const codeServer = join(root, 'node_modules', 'code-server');
  return {
    version,
    build,
    root,
    codeServer,
    vscode: join(codeServer, 'lib', 'vscode'),
    nodePackage,
    node: process.env['HOST_NODE'] ?? (ownNode ? process.execPath : installed),
    ownNode,
  };
}

/** @param {string} version */
const majorOf = (version) => version.replace(/^v/, '').split('.')[0];
