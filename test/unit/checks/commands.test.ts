import assert from 'node:assert/strict';
import { manifest, textOf } from './readManifest';

const { commands, menus, keybindings = [] } = manifest.contributes;

/** Words that stay small inside a title. */
const SMALL_WORDS = new Set(['a', 'an', 'and', 'as', 'by', 'for', 'from', 'in', 'of', 'on', 'or']);
for (const word of ['the', 'to', 'with']) SMALL_WORDS.add(word);
// Names of objects in a database are written as they are.
SMALL_WORDS.add('pending_sync');

/** Context keys that VS Code sets; all others have to be ours. */
const EDITOR_KEYS = new Set(['isWorkspaceTrusted', 'view', 'viewItem', 'workbenchState']);
for (const key of [
  'resourceFilename',
  'resourceExtname',
  'resourceScheme',
  'editorLangId',
  'editorHasSelection',
]) {
  EDITOR_KEYS.add(key);
}

function wordsOf(title: string): readonly string[] {
  return title.replace(/…$/u, '').split(' ');
}

function isCapitalised(word: string, index: number): boolean {
  return /^\p{Lu}/u.test(word) || (index > 0 && SMALL_WORDS.has(word));
}

describe('commands of the manifest', () => {
  it('there are some, each declared once', () => {
    const ids = commands.map(({ command }) => command);
    assert.notEqual(ids.length, 0);
    assert.deepEqual([...new Set(ids)], ids);
  });

  for (const { command, title, category } of commands) {
    const text = textOf(title);

    it(`${command} is named pgTopology.<verbNoun>`, () => {
      assert.match(command, /^pgTopology\.[a-z]+([A-Z][a-z]*)*$/);
    });

    it(`${command} stands in our category`, () => {
      assert.equal(textOf(category), 'Postgres Topology');
    });

    it(`"${text}" begins with the verb of its id`, () => {
      const verb = /^pgTopology\.([a-z]+)/.exec(command)?.[1];
      assert.equal(wordsOf(text)[0]?.toLowerCase(), verb);
    });

    it(`"${text}" is in Title Case, plain, with a real ellipsis if any`, () => {
      const small = wordsOf(text).filter((word, index) => !isCapitalised(word, index));
      assert.deepEqual(small, []);
      assert.doesNotMatch(text, /\p{Extended_Pictographic}|\.{2,}|[.!:]$/u);
      // Two commands are questions, and answer them.
      const questions = ['pgTopology.couldILoseData', 'pgTopology.whereWouldThisGo'];
      assert.equal(text.endsWith('?'), questions.includes(command));
      assert.doesNotMatch(text, /…./u);
    });
  }
});

describe('menus of the manifest', () => {
  const declared = new Set(commands.map(({ command }) => command));
  const entries = Object.entries(menus).flatMap(([menu, items]) =>
    items.map((item) => ({ menu, ...item })),
  );

  it('name declared commands only', () => {
    const unknown = entries.filter(({ command }) => !declared.has(command));
    assert.deepEqual(unknown, []);
  });

  it('leave no command without a way to it', () => {
    const inMenus = new Set(
      entries.filter(({ menu }) => menu !== 'commandPalette').map(({ command }) => command),
    );
    const hidden = entries
      .filter(({ menu, when }) => menu === 'commandPalette' && when === 'false')
      .map(({ command }) => command);
    // Offered as a quick fix, for the very text that it moves.
    const quickFixes = ['pgTopology.moveSecret'];
    assert.deepEqual(
      hidden.filter((command) => !inMenus.has(command)),
      quickFixes,
    );
  });

  it('put every entry into a group with a place', () => {
    const loose = entries.filter(
      ({ menu, group }) =>
        menu !== 'commandPalette' &&
        !/^(inline|navigation|\d_[a-z]+)@\d+$/.test(group ?? 'no group'),
    );
    assert.deepEqual(loose, []);
  });

  it('show at most two inline actions on a row', () => {
    const places = entries
      .filter(({ group }) => group?.startsWith('inline') === true)
      .map(({ group }) => group);
    assert.ok(new Set(places).size <= 2, places.join(', '));
  });
});

describe('conditions of the manifest', () => {
  const conditions = [
    ...commands.map(({ enablement }) => enablement),
    ...Object.values(menus)
      .flat()
      .map(({ when }) => when),
    ...manifest.contributes.viewsWelcome.map(({ when }) => when),
  ].filter((condition) => condition !== undefined);

  it('ask for keys of VS Code or of ours only', () => {
    const keys = conditions.flatMap((condition) => keysOf(condition));
    const foreign = keys.filter((key) => !EDITOR_KEYS.has(key) && !key.startsWith('pgTopology.'));
    assert.notEqual(keys.length, 0);
    assert.deepEqual(foreign, []);
  });
});

/** Left sides and bare words of a when clause; values, patterns and `view` ids after an operator are no keys. */
function keysOf(condition: string): readonly string[] {
  return condition
    .replaceAll(/\/(\\.|[^/\\])*\/[a-z]*/g, '')
    .replaceAll(/(==|!=|=~|<=?|>=?)\s*('[^']*'|[\w.-]+)?/g, ' ')
    .split(/[^\w.-]+/)
    .filter((word) => word !== '' && word !== 'false' && word !== 'true' && word !== 'in');
}

describe('key bindings of the manifest', () => {
  it('are one chord at most, so that none of the user is taken', () => {
    assert.ok(keybindings.length <= 1);
    for (const { key } of keybindings) assert.match(key, /^\S+ \S+$/);
  });
});
