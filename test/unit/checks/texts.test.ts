import assert from 'node:assert/strict';
import { manifest, texts, textOf } from './readManifest';

/** Keys of the manifest whose values people, or their language models, read. */
const READ_BY_PEOPLE =
  /^(title|category|displayName|description|contextualTitle|contents|label|modelDescription|userDescription|altText)$/;
const DESCRIPTIONS = /^(markdownDescription|(markdown)?EnumDescriptions|deprecationMessage)$/i;

interface Found {
  readonly path: string;
  readonly text: string;
}

function findTexts(value: unknown, path: string, isText: boolean): readonly Found[] {
  if (typeof value === 'string') return isText ? [{ path, text: value }] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
    const isListItem = Array.isArray(value);
    const isViewName = key === 'name' && path.startsWith('.contributes.views.');
    // Each language has a schema of its own.
    const isSchema = key === 'url' && path.startsWith('.contributes.jsonValidation.');
    const reads = READ_BY_PEOPLE.test(key) || DESCRIPTIONS.test(key) || isViewName || isSchema;
    return findTexts(inner, `${path}.${key}`, isListItem ? isText : reads);
  });
}

describe('texts of the manifest', () => {
  const found = findTexts(manifest, '', false);
  const used = new Set(found.map(({ text }) => /^%(.+)%$/.exec(text)?.[1]));

  it('all stand in package.nls.json', () => {
    const literal = found.filter(({ text }) => !/^%[\w.]+%$/.test(text));
    assert.notEqual(found.length, 0);
    assert.deepEqual(literal, []);
  });

  it('are all there', () => {
    const missing = found.filter(({ text }) => textOf(text).startsWith('missing text'));
    assert.deepEqual(missing, []);
  });

  it('are all used', () => {
    assert.deepEqual(
      Object.keys(texts).filter((key) => !used.has(key)),
      [],
    );
  });

  it('hold no emoji and no three dots', () => {
    const odd = Object.values(texts).filter((text) =>
      /\p{Extended_Pictographic}|\.{3}/u.test(text),
    );
    assert.deepEqual(odd, []);
  });
});

describe('welcome views', () => {
  for (const { contents, when } of manifest.contributes.viewsWelcome) {
    it(`has one to three buttons and a condition: ${when ?? 'none'}`, () => {
      const buttons = textOf(contents).match(/^\[[^\]]+\]\(command:[^)]+\)$/gm) ?? [];
      assert.ok(buttons.length >= 1 && buttons.length <= 3, textOf(contents));
      assert.notEqual(when, undefined);
    });
  }

  it('call commands that exist', () => {
    const declared = new Set(manifest.contributes.commands.map(({ command }) => command));
    const called = manifest.contributes.viewsWelcome
      .flatMap(({ contents }) => [...textOf(contents).matchAll(/\(command:([\w.]+)/g)])
      .map(([, command = '']) => command);
    const ours = called.filter((command) => command.startsWith('pgTopology.'));
    assert.notEqual(ours.length, 0);
    assert.deepEqual(
      ours.filter((command) => !declared.has(command)),
      [],
    );
  });
});
