import assert from 'node:assert/strict';
import { dashboardHtml } from '../../../src/panels/dashboardHtml';

const PAGE = {
  kind: 'dashboard' as const,
  cspSource: 'https://webview.example',
  scriptUri: 'https://webview.example/dashboard.js',
  styleUris: ['https://webview.example/dashboard.css?a="b"&c'],
  language: 'de',
  words: null,
};
const policyOf = (html: string) => /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
const nonceOf = (html: string) => /<script type="module" nonce="([^"]+)"/.exec(html)?.[1];

describe('panels/dashboardHtml', () => {
  it('has exactly the strict policy', () => {
    const html = dashboardHtml(PAGE);
    assert.equal(
      policyOf(html),
      "default-src 'none'; " +
        "style-src https://webview.example 'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='; " +
        'font-src https://webview.example; img-src https://webview.example; ' +
        `script-src 'nonce-${nonceOf(html)}'`,
    );
    assert.doesNotMatch(html, /unsafe|style=|\son\w+=/);
  });

  it('has a nonce of at least 128 bits, new each time', () => {
    const nonces = new Set(Array.from({ length: 50 }, () => nonceOf(dashboardHtml(PAGE))));
    assert.equal(nonces.size, 50);
    for (const nonce of nonces) {
      assert.ok(Buffer.from(nonce ?? '', 'base64url').length >= 16);
    }
  });

  it('escapes what it is given', () => {
    assert.match(dashboardHtml(PAGE), /dashboard\.css\?a=&quot;b&quot;&amp;c"/);
  });

  it('hands the words of another language over as data that cannot end its element', () => {
    const words = { 'a {0}': 'b </script><script>alert(1)</script> {0}' };
    const html = dashboardHtml({ ...PAGE, words });
    const [, json = ''] =
      /<script type="application\/json" id="words">(.*?)<\/script>/.exec(html) ?? [];
    assert.deepEqual(JSON.parse(json), words);
    assert.match(html, /<html lang="de">/);
    assert.doesNotMatch(dashboardHtml(PAGE), /id="words"/);
    assert.match(dashboardHtml(PAGE), /<html lang="en">/);
  });
});
