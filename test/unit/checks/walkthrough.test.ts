import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { manifest, textOf } from './readManifest';

const commands = new Set(manifest.contributes.commands.map(({ command }) => command));
const [walkthrough, ...others] = manifest.contributes.walkthroughs;
const steps = walkthrough?.steps ?? [];

describe('the walkthrough', () => {
  it('is one, of at most six steps', () => {
    assert.deepEqual(others, []);
    assert.ok(steps.length > 0 && steps.length <= 6);
    assert.equal(new Set(steps.map(({ id }) => id)).size, steps.length);
  });

  for (const step of steps) {
    it(`${step.id} has a picture of its own in the theme's colours, with words for those who cannot see it`, () => {
      const picture = readFileSync(step.media.svg, 'utf8');
      assert.match(picture, /var\(--vscode-foreground/u);
      // A colour that is no theme's would be unreadable in some; those here are for viewers without one.
      assert.doesNotMatch(
        picture.replaceAll(/var\(--vscode-[^()]*(?:\([^()]*\))?[^()]*\)/gu, ''),
        /#[0-9a-f]{3,6}\b/iu,
      );
      assert.match(textOf(step.media.altText), /^[A-Z].+/u);
    });

    it(`${step.id} leads on by buttons whose commands there are, and ends by what was done`, () => {
      const text = textOf(step.description);
      const named = [...text.matchAll(/\]\(command:([^)]+)\)/gu)].map(([, id = '']) => id);
      assert.ok(named.length > 0);
      for (const id of named) {
        assert.ok(commands.has(id) || id.startsWith('workbench.'), id);
      }
      assert.ok(step.completionEvents.length > 0);
      for (const event of step.completionEvents) {
        const [kind, id = ''] = event.split(/:(.*)/u);
        assert.ok(kind === 'onCommand' ? commands.has(id) : kind === 'onContext', event);
      }
    });
  }
});
