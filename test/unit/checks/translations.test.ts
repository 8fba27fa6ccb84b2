import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collectTexts } from '../../../scripts/l10n/collectTexts';

type Words = Readonly<Record<string, string>>;

const root = new URL('../../../', import.meta.url);
const read = (path: string): Words =>
  JSON.parse(readFileSync(new URL(path, root), 'utf8')) as Words;

/** Read by language models, which are told in English. */
const FOR_MODELS = /^tool\..*modelDescription$|^tool\.input\./;

const holes = (text: string): string => (text.match(/\{\d+\}/gu) ?? []).sort().join();
const icons = (text: string): string => (text.match(/\$\([a-z-]+\)/gu) ?? []).sort().join();
const links = (text: string): string => (text.match(/\]\([^)]*\)/gu) ?? []).sort().join();
/** Texts are put together, so what they begin and end with has to stay. */
const edges = (text: string): string =>
  `${/^[\s,;:.·]*/u.exec(text)?.[0] ?? ''}|${/\s*$/u.exec(text)?.[0] ?? ''}`;

const languages = readdirSync(new URL('l10n/', root)).flatMap(
  (name) => /^bundle\.l10n\.([a-z-]+)\.json$/u.exec(name)?.[1] ?? [],
);

describe('translations', () => {
  it('are there', () => {
    assert.ok(languages.includes('de'));
  });

  for (const language of languages) {
    describe(language, () => {
      const keys = collectTexts(fileURLToPath(root)).map(({ key }) => key);
      const words = read(`l10n/bundle.l10n.${language}.json`);
      const manifest = read('package.nls.json');
      const manifestWords = read(`package.nls.${language}.json`);
      const pairs = [
        ...keys.map((key) => [key, words[key] ?? ''] as const),
        ...Object.entries(manifestWords).map(([key, text]) => [manifest[key] ?? '', text] as const),
      ];

      it('has every text of the code, and no other', () => {
        const missing = keys.filter((key) => words[key] === undefined || words[key] === '');
        assert.deepEqual(missing, []);
        const known = new Set(keys);
        assert.deepEqual(
          Object.keys(words).filter((key) => !known.has(key)),
          [],
        );
      });

      it('has every text of the manifest that people read, and no other', () => {
        const people = Object.keys(manifest).filter((key) => !FOR_MODELS.test(key));
        assert.deepEqual(Object.keys(manifestWords).sort(), people.sort());
      });

      it('keeps holes, icons, links and edges of each text', () => {
        const wrong = pairs.filter(([english, text]) =>
          [holes, icons, links, edges].some((of) => of(english) !== of(text)),
        );
        assert.deepEqual(wrong, []);
      });
    });
  }
});
