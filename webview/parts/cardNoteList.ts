import { html, nothing, type TemplateResult } from 'lit-html';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import { type Actions, COMMAND_LABELS } from '../commands';
import type { CardNote } from '../text/cardNotes';
import { button } from '../ui/button';
import { glyph } from './glyph';

/** So many servers are named; the list of problems has all of them. */
const SHOWN = 2;

/** Above a table: which server is the reason that it is empty or old, and what helps. */
export function cardNoteList(
  notes: readonly CardNote[],
  commands: readonly DashboardCommand[],
  actions: Actions,
): TemplateResult | typeof nothing {
  if (notes.length === 0) return nothing;
  const rest = notes.length - SHOWN;
  return html`<ul class="card-notes">
      ${notes.slice(0, SHOWN).map(
        (note) =>
          html`<li>
            <p class="state is-${note.tone}">
              ${glyph(`s-${note.glyph}`)}<span>${note.text}</span>
            </p>
            <span class="actions"
              >${note.commands
                .filter((command) => commands.includes(command))
                .map((command) =>
                  button({
                    label: command === 'refresh' ? say`Try Now` : COMMAND_LABELS[command],
                    onClick: () => actions.run(command, note.nodeId),
                  }),
                )}</span
            >
          </li>`,
      )}
    </ul>
    ${rest > 0 ? html`<p class="foot">${say`The same holds for ${rest} more.`}</p>` : nothing}`;
}
