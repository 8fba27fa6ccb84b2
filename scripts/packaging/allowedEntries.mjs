/** What the packaged extension may hold. vsce adds the first two and renames some documents. */
const ALLOWED = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package(\.nls(\.[a-z]{2})?)?\.json$/,
  /^extension\/l10n\/bundle\.l10n\.[a-z]{2}\.json$/,
  /^extension\/(readme|changelog|security|support)\.md$/i,
  /^extension\/LICENSE(\.txt)?$/,
  /^extension\/dist\/(extension|part-[A-Z0-9]+)\.cjs$/,
  /^extension\/dist\/webview\/[a-zA-Z]+\.(js|css)$/,
  /^extension\/media\/[a-zA-Z-]+\.(png|svg|css)$/,
  /^extension\/media\/pg-topology\.schema(\.[a-z]{2})?\.json$/,
  /^extension\/media\/recorded-demo\.pg-incident\.json$/,
  /^extension\/media\/pictures\/[a-zA-Z0-9-]+\.(png|gif)$/,
];

const REQUIRED = [
  'extension/package.json',
  'extension/package.nls.json',
  'extension/package.nls.de.json',
  'extension/l10n/bundle.l10n.de.json',
  'extension/dist/extension.cjs',
  'extension/dist/webview/dashboard.js',
  'extension/dist/webview/dashboard.css',
  'extension/media/icon.png',
  'extension/media/container.svg',
  'extension/media/pg-topology.schema.json',
  'extension/media/pg-topology.schema.de.json',
  'extension/media/recorded-demo.pg-incident.json',
];

/**
 * @param {readonly string[]} names entries of the package
 * @returns {string[]} a sentence for each entry that does not belong there, and for each that is missing
 */
export function findUnwanted(names) {
  const foreign = names.filter((name) => !ALLOWED.some((pattern) => pattern.test(name)));
  const missing = REQUIRED.filter((name) => !names.includes(name));
  return [
    ...foreign.map((name) => `${name} does not belong into the package`),
    ...missing.map((name) => `${name} is missing`),
  ];
}
