import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { say } from '../../src/core/say';
import type { Problem } from '../text/problems';
import { glyph, said } from './glyph';

/** As many rows stand open; the rest is one sentence. */
const SHOWN = 8;

/** *Needs attention*: worst first, a click shows why. Nothing at all while all is well. */
export function problemList(
  problems: readonly Problem[],
  selectedId: string | null,
  onSelect: (id: string) => void,
): TemplateResult | typeof nothing {
  if (problems.length === 0) return nothing;
  const rest = problems.slice(SHOWN);
  return html`<section class="section" aria-labelledby="problems-h">
    <div class="bar">
      <h2 id="problems-h">${say`Needs attention`} <span class="muted">${problems.length}</span></h2>
    </div>
    <ol class="problems">
      ${repeat(
        problems.slice(0, SHOWN),
        (problem) => problem.id,
        (problem) =>
          html`<li>
            <button
              class="problem is-${problem.tone}"
              type="button"
              aria-current=${problem.id === selectedId ? 'true' : nothing}
              @click=${() => onSelect(problem.id)}
            >
              ${glyph(`s-${problem.glyph}`)}
              <span
                >${said(problem.tone === 'bad' ? say`error` : say`warning`)}${titled(problem)}</span
              >
              <span class="problem__age">${problem.age}</span>${glyph('t-chevron')}
            </button>
          </li>`,
      )}
    </ol>
    ${
      rest.length === 0
        ? nothing
        : html`<p class="foot">
            ${say`${rest.length} more:`}
            ${rest
              .slice(0, 12)
              .map(
                (problem, index) =>
                  html`${index === 0 ? '' : ', '}<button
                      class="link"
                      type="button"
                      @click=${() => onSelect(problem.id)}
                    >
                      ${problem.name} ${problem.brief}
                    </button>`,
              )}${rest.length > 12 ? ', …' : ''}
          </p>`
    }
  </section>`;
}

/** The sentence, with the name in it standing out. */
function titled({ title, name }: Problem): TemplateResult {
  const at = title.indexOf(name);
  if (at === -1 || name === '') return html`${title}`;
  return html`${title.slice(0, at)}<strong>${name}</strong>${title.slice(at + name.length)}`;
}
