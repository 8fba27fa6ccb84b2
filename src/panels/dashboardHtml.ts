import { randomBytes } from 'node:crypto';
import type { Words } from '../core/words';

/** Which page the one script draws. */
export type PageKind = 'dashboard' | 'discovery';

/** What the page loads and from where; URIs as the webview sees them. */
export interface DashboardPage {
  readonly kind: PageKind;
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUris: readonly string[];
  /** Tag of the language that the page speaks, such as `de`. */
  readonly language: string;
  /** What its script translates with; `null` is English. */
  readonly words: Words | null;
}

/** The toolkit adds one empty style element: this is the hash of the empty string, and allows nothing else. */
const EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";

/** The dashboard's page under its content security policy, with a nonce of its own. */
export function dashboardHtml(page: DashboardPage): string {
  const nonce = randomBytes(24).toString('base64url');
  const policy = [
    "default-src 'none'",
    `style-src ${page.cspSource} ${EMPTY_STYLE}`,
    `font-src ${page.cspSource}`,
    `img-src ${page.cspSource}`,
    `script-src 'nonce-${nonce}'`,
  ].join('; ');
  const styles = page.styleUris.map((uri) => `<link rel="stylesheet" href="${attribute(uri)}">`);
  return `<!doctype html>
<html lang="${attribute(page.words === null ? 'en' : page.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Postgres Topology</title>
${styles.join('\n')}
</head>
<body>
<main id="dashboard" data-kind="${page.kind}" aria-busy="true"></main>${wordsBlock(page.words)}
<script type="module" nonce="${nonce}" src="${attribute(page.scriptUri)}"></script>
</body>
</html>`;
}

/** Data, which no browser runs; nothing in it can end the element. */
function wordsBlock(words: Words | null): string {
  if (words === null) return '';
  const json = JSON.stringify(words).replaceAll('<', String.raw`\u003c`);
  return `\n<script type="application/json" id="words">${json}</script>`;
}

function attribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
