import { html, nothing, type TemplateResult } from 'lit-html';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import { type Actions, COMMAND_LABELS } from '../commands';
import { button } from '../ui/button';

/** The page where no topology file exists. */
export function emptyPage(commands: readonly DashboardCommand[], actions: Actions): TemplateResult {
  const canCreate = commands.includes('createTopologyFile');
  return html`<div class="blank">
    <h1>${say`No topology file yet`}</h1>
    <p>
      ${say`A topology file lists your primary, standbys, publications, subscriptions and queues. It holds no passwords and is shared by git.`}
    </p>
    ${
      canCreate
        ? html`<div class="actions">
              ${button({
                label: COMMAND_LABELS.createTopologyFile,
                isPrimary: true,
                onClick: () => actions.run('createTopologyFile'),
              })}
            </div>
            <dl>
              <dt>${say`Create`}</dt>
              <dd>${say`writes pg-topology.json with three nodes to fill in`}</dd>
            </dl>`
        : html`<p class="muted">${say`Add a file named pg-topology.json to this workspace.`}</p>`
    }
  </div>`;
}

/** The page before the host has said anything; a wait shows text only after half a second. */
export function loadingPage(isLong: boolean): TemplateResult | typeof nothing {
  return isLong
    ? html`<div class="blank">
        <h1>Postgres Topology</h1>
        <p>${say`Waiting for the first snapshot.`}</p>
      </div>`
    : nothing;
}
