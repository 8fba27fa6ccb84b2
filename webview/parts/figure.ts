import { html, nothing, type TemplateResult } from 'lit-html';
import { formatAgo } from '../../src/core/format';
import { say } from '../../src/core/say';
import { button } from '../ui/button';
import type { Actions } from '../commands';
import type { Figure } from '../text/figure';

/**
 * A number that says on hover what it is, and on a click lets itself and its query be copied. Out of the tab order: the row's own
 * button leads to the details, which have the same by keyboard.
 */
export function figure(shown: Figure, nowMs: number, actions: Actions): TemplateResult {
  const show = (event: Event) => {
    if (event.currentTarget instanceof HTMLElement) actions.showFigure(shown, event.currentTarget);
  };
  return html`<button
    class="figure"
    type="button"
    tabindex="-1"
    title="${shown.what}
${sourceText(shown, nowMs)}"
    @click=${show}
  >
    ${shown.text}
  </button>`;
}

/** What a clicked number opens; `null` leaves the card empty. */
export function figureCard(shown: Figure | null, nowMs: number, actions: Actions): TemplateResult {
  return html`<div
    id="figure-card"
    popover="auto"
    role="dialog"
    aria-label=${say`Where a number comes from`}
  >
    ${
      shown === null
        ? nothing
        : html`<p class="figure-card__value">${shown.text}</p>
            <p>${shown.what}</p>
            <p class="muted">${sourceText(shown, nowMs)}</p>
            ${shown.query === null ? nothing : html`<div class="quote">${shown.query}</div>`}
            <div class="actions">
              ${button({ label: say`Copy Value`, onClick: () => actions.copy(shown.text, say`Value`) })}
              ${
                shown.query === null
                  ? nothing
                  : button({
                      label: say`Copy Query`,
                      onClick: () => actions.copy(shown.query ?? '', say`Query`),
                    })
              }
            </div>`
    }
  </div>`;
}

function sourceText({ source, atMs }: Figure, nowMs: number): string {
  const from = source ?? say`counted by this window`;
  return atMs === null ? from : `${from}, ${formatAgo(atMs, nowMs)}`;
}
