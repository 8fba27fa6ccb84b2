import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { manifest, textOf } from './readManifest';

const text = readFileSync('docs/commands.md', 'utf8');

describe('docs/commands.md', () => {
  for (const { command, title } of manifest.contributes.commands) {
    it(`says what ${command} does to servers`, () => {
      assert.ok(text.includes(`**${textOf(title)}**`), `${textOf(title)} is not described`);
    });
  }

  it('describes no command that does not exist', () => {
    const titles = new Set(manifest.contributes.commands.map(({ title }) => textOf(title)));
    const rows = text.split('\n').filter((line) => line.startsWith('| **'));
    const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/\*\*(.*?)\*\*/gu)]);
    assert.ok(named.length > 20);
    assert.deepEqual(
      named.map(([, name = '']) => name).filter((name) => !titles.has(name)),
      [],
    );
  });
});
