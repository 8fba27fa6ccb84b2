import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { collectTexts } from '../../../scripts/l10n/collectTexts';
import { textsOfSchema } from '../../../scripts/l10n/schemaTexts';
import { topologyJsonSchema } from '../../../src/topologyFile/jsonSchema';

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

const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(path, root), 'utf8'));

/** A schema without what people read, told by its own means and not by those that made it. */
function withoutTexts(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTexts);
  if (typeof value === 'string') return value.replace(/^\$\{\d+:[^}]* [^}]*\}$/u, 'text');
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, child]) => [
      key,
      /^(title|label|(markdownD|enumD|d)escriptions?)$/u.test(key) && isText(child)
        ? 'text'
        : withoutTexts(child),
    ]),
  );
}

const isText = (value: unknown): boolean =>
  typeof value === 'string' ||
  (Array.isArray(value) && value.every((one) => typeof one === 'string'));

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

      it('has a schema of the topology file that differs in its texts alone', () => {
        const path = manifestWords['schema.url'] ?? '';
        assert.equal(path, `./media/pg-topology.schema.${language}.json`);
        const texts = textsOfSchema(topologyJsonSchema());
        const schemaWords = read(`l10n/schema.${language}.json`);
        const known = new Set(texts);
        assert.deepEqual(
          Object.keys(schemaWords).filter((text) => !known.has(text)),
          [],
        );
        assert.deepEqual(
          withoutTexts(readJson(path)),
          withoutTexts(JSON.parse(JSON.stringify(topologyJsonSchema()))),
        );
        const code = (text: string): string => (text.match(/`[^`]*`/gu) ?? []).sort().join();
        assert.deepEqual(
          Object.entries(schemaWords).filter(
            ([english, text]) =>
              text === '' || code(english) !== code(text) || edges(english) !== edges(text),
          ),
          [],
        );
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
