import { randomBytes } from 'node:crypto';

/** Which page the one script draws. */
export type PageKind = 'dashboard' | 'discovery';

/** What the page loads and from where; URIs as the webview sees them. */
export interface DashboardPage {
  readonly kind: PageKind;
  readonly cspSource: string;
  readonly scriptUri: string;
  readonly styleUris: readonly string[];
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
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${attribute(policy)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Postgres Topology</title>
${styles.join('\n')}
</head>
<body>
<main id="dashboard" data-kind="${page.kind}" aria-busy="true"></main>
<script type="module" nonce="${nonce}" src="${attribute(page.scriptUri)}"></script>
</body>
</html>`;
}

function attribute(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('"', '&quot;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}
