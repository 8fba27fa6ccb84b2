// Builds the extension host bundle and the dashboard bundle. `--watch` rebuilds, `--production` minifies.
import { mkdir, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const production = process.argv.includes('--production');
const watch = process.argv.includes('--watch');

/** @type {esbuild.BuildOptions} */
const common = {
  bundle: true,
  minify: production,
  sourcemap: production ? false : 'linked',
  // Editors that run the watch wait for its messages.
  logLevel: watch ? 'info' : 'warning',
  legalComments: 'none',
};

/**
 * Puts the module that knows the language of the program in the place of the one that is English.
 *
 * @param {string} file
 * @returns {esbuild.Plugin}
 */
const wordsFrom = (file) => ({
  name: 'words',
  setup: (build) => {
    build.onResolve({ filter: /^\.\/words$/ }, ({ importer }) =>
      /[\\/]src[\\/]core[\\/]say\.ts$/.test(importer)
        ? { path: fileURLToPath(new URL(file, import.meta.url)) }
        : null,
    );
  },
});

/** @type {esbuild.BuildOptions} */
const host = {
  ...common,
  entryPoints: { extension: 'src/extension.ts' },
  outdir: 'dist',
  outExtension: { '.js': '.cjs' },
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  // pg-native is an optional peer of `pg` that is never installed here, and its wrapper is asked for only where it is.
  external: ['vscode', 'pg-native', './node_modules/pg/lib/native/index.js'],
  // jsonc-parser's `main` is UMD, whose `require` cannot be followed; its ES modules can.
  mainFields: ['module', 'main'],
  plugins: [wordsFrom('src/host/words.ts')],
};

/**
 * Packed, the host is several files, so that activation loads no more than it needs: what is imported on demand, such as
 * `pg` and the planners, stays apart, and what several parts need is there once. esbuild splits ES modules alone, and
 * editors load CommonJS, so each file is converted afterwards.
 *
 * @type {esbuild.BuildOptions}
 */
const splitHost = {
  ...host,
  format: 'esm',
  splitting: true,
  chunkNames: 'part-[hash]',
  plugins: [
    ...(host.plugins ?? []),
    { name: 'common-js', setup: (build) => build.onEnd(writeAsCommonJs) },
  ],
  write: false,
};

/** @type {esbuild.BuildOptions} */
const webview = {
  ...common,
  entryPoints: [
    { in: 'webview/main.ts', out: 'dashboard' },
    { in: 'webview/dashboard.css', out: 'dashboard' },
  ],
  outdir: 'dist/webview',
  platform: 'browser',
  target: 'es2022',
  format: 'esm',
  define: { 'process.env.NODE_ENV': '"production"' },
  plugins: [wordsFrom('webview/words.ts')],
};

if (watch) {
  const contexts = await Promise.all([esbuild.context(host), esbuild.context(webview)]);
  await Promise.all(contexts.map((context) => context.watch()));
} else {
  await Promise.all([esbuild.build(production ? splitHost : host), esbuild.build(webview)]);
}

/** @param {esbuild.BuildResult} result */
async function writeAsCommonJs({ outputFiles = [] }) {
  await mkdir('dist', { recursive: true });
  // A part in which nothing is left is still imported, for what it does: nothing.
  const empty = outputFiles.filter(({ text }) => text === '').map(({ path }) => basename(path));
  const imports = empty.map((name) => `import"./${name}";`);
  const files = outputFiles.filter(({ text }) => text !== '');
  await Promise.all(
    files.map(async ({ path, text }) => {
      const source = imports.reduce((rest, line) => rest.replaceAll(line, ''), text);
      const { code } = await esbuild.transform(source, {
        format: 'cjs',
        platform: 'node',
        target: 'node20',
        minify: production,
        supported: { 'dynamic-import': false },
      });
      await writeFile(path, code);
    }),
  );
}
