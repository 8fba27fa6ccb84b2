// Who may import whom. `vscode` shows up as node_modules/@types/vscode, so the patterns name that path.
const { join } = require('node:path');

const npm = (...names) => `^node_modules/(@types/)?(${names.join('|')})(/|$)`;
const src = (...layers) => `^src/(${layers.join('|')})(/|$)`;

/** layer → what it may import, as path patterns; anything else is an error. */
const LAYERS = {
  core: [src('core')],
  topologyFile: [src('topologyFile', 'core'), npm('zod', 'jsonc-parser')],
  protocol: [src('protocol', 'core'), npm('zod')],
  pg: [src('pg', 'core'), npm('pg', 'zod', 'node'), '^(node:)?[a-z_/]+$'],
  monitor: [src('monitor', 'core'), npm('p-limit')],
  operations: [src('operations', 'core'), npm('p-limit', 'shell-quote')],
  import: [src('import', 'core'), npm('dotenv', 'yaml')],
  host: [src('host', 'core'), npm('vscode')],
};
const SURFACE = ['core', 'protocol', 'topologyFile', 'monitor', 'operations', 'host'];
for (const layer of ['commands', 'views', 'panels']) {
  LAYERS[layer] = [src(layer, ...SURFACE), npm('vscode')];
}
// Files of other programs, read when someone imports them.
LAYERS.commands.push(src('import'));
LAYERS.languageModel = [src('languageModel', 'core', 'host'), npm('vscode', 'zod')];
// The demo starts servers, and is told of the rest of the world by ports alone.
LAYERS.demo = [src('demo', 'core'), npm('node'), '^(node:)?[a-z_/]+$'];
LAYERS.commands.push(src('demo'));
LAYERS.panels.push('^(node:)?crypto$');
// What is written while the window goes away cannot go through it: history and events are files of the host's own.
LAYERS.host.push('^(node:)?(crypto|path|fs/promises)$');

const layerRules = Object.entries(LAYERS).map(([layer, allowed]) => ({
  name: `${layer}-imports`,
  severity: 'error',
  comment: `src/${layer} may import only what the layer table in CONTRIBUTING.md names`,
  from: { path: `^src/${layer}/` },
  to: { pathNot: allowed },
}));

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    ...layerRules,
    {
      name: 'core-needs-nothing',
      severity: 'error',
      from: { path: '^src/core/' },
      to: { dependencyTypes: ['core', 'npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'only-pg-imports-pg',
      severity: 'error',
      from: { pathNot: '^src/pg/' },
      to: { path: npm('pg', 'pg-pool', 'pg-protocol') },
    },
    {
      name: 'webview-imports',
      severity: 'error',
      from: { path: '^webview/' },
      to: {
        pathNot: [
          '^webview/',
          src('core', 'protocol'),
          npm('lit-html', 'uplot', '@dagrejs', '@vscode/webview-ui-toolkit'),
        ],
      },
    },
    {
      name: 'toolkit-only-in-ui',
      severity: 'error',
      comment:
        'The webview toolkit is unmaintained: one folder wraps it, so that it can be replaced.',
      from: { pathNot: '^webview/ui/' },
      to: { path: npm('@vscode/webview-ui-toolkit') },
    },
    {
      name: 'demo-on-demand',
      severity: 'error',
      comment:
        'What starts programs is imported by the commands of the demo alone, which are loaded on demand.',
      from: { path: '^src/', pathNot: '^src/(demo|commands/demo)/' },
      to: { path: src('demo') },
    },
    {
      name: 'only-demo-starts-programs',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/demo/' },
      to: { path: '^(node:)?child_process$' },
    },
    {
      name: 'nothing-imports-the-top',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(extension|composition)\\.ts$' },
      to: { path: '^src/(extension|composition)\\.ts$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    // Absolute, or what it extends is looked for in the wrong folder.
    tsConfig: { fileName: join(__dirname, 'src', 'tsconfig.json') },
    enhancedResolveOptions: { extensions: ['.ts', '.d.ts', '.js', '.json'] },
  },
};
