import { html, nothing, type TemplateResult } from 'lit-html';
import { formatClock, formatDate } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import type { DashboardPush } from '../../src/protocol/dashboardMessages';
import type { DashboardState } from '../../src/protocol/dashboardState';
import { type Actions, COMMAND_LABELS } from '../commands';
import { headlineOf } from '../text/headline';
import { hasMeasured, modeOf } from '../text/mode';
import { button } from '../ui/button';
import { glyph, said } from './glyph';

/** The sentence, what it is about, and what can be done with the whole topology. */
export function header(
  push: DashboardPush,
  state: DashboardState,
  nowMs: number,
  actions: Actions,
): TemplateResult {
  const head = headlineOf(state, nowMs);
  return html`<header class="head is-${head.tone}">
      <h1 class="is-${head.tone}">
        ${glyph(`s-${head.glyph}`, 'glyph--lg')}<span>${said(head.word)}${head.title}</span>
      </h1>
      <p class="head__meta">
        ${
          state.environment === 'development'
            ? nothing
            : html`<span class="tag">${state.environment}</span>`
        }${head.meta}
      </p>
      <div class="head__tools">
        ${topologyChoice(push, state, actions)}${tools(push, state, actions)}
      </div>
    </header>
    ${push.incident === null ? banner(push, state, actions) : incidentBanner(push.incident)}`;
}

function topologyChoice(push: DashboardPush, state: DashboardState, actions: Actions) {
  if (push.topologies.length < 2) return nothing;
  const choose = (event: Event) => {
    if (event.target instanceof HTMLSelectElement) actions.setTopology(event.target.value);
  };
  return html`<select class="choice" aria-label=${say`Topology file`} @change=${choose}>
    ${push.topologies.map(
      ({ id, name }) =>
        html`<option value=${id} .selected=${id === state.topologyId}>${name}</option>`,
    )}
  </select>`;
}

function tools(push: DashboardPush, state: DashboardState, actions: Actions) {
  const mode = modeOf(state);
  const isAsking = mode === 'live' || mode === 'connecting';
  const wanted: readonly DashboardCommand[] = isAsking
    ? [
        'exportIncident',
        'runChecks',
        'refresh',
        'showDifferences',
        'planChanges',
        'openTopologyFile',
      ]
    : ['openTopologyFile'];
  const buttons = wanted
    .filter((command) => push.commands.includes(command))
    .map((command) =>
      button({ label: COMMAND_LABELS[command], onClick: () => actions.run(command) }),
    );
  const loss = hasMeasured(state)
    ? [button({ label: say`Could I Lose Data Now?`, onClick: () => actions.goTo('loss') })]
    : [];
  return [...loss, ...buttons];
}

/** Nothing here can be taken for the present. */
function incidentBanner({ file, exportedAtMs }: NonNullable<DashboardPush['incident']>) {
  const when = `${formatDate(exportedAtMs)} ${new Date(exportedAtMs).getFullYear()}, ${formatClock(exportedAtMs)}`;
  return html`<div class="banner banner--incident" role="note">
    ${glyph('s-stale')}
    <p>
      <strong>${say`Incident, read-only.`}</strong>
      ${say`This is what ${file} holds: the state of ${when}. No server is asked, and ages are those of that moment.`}
    </p>
  </div>`;
}

function banner(push: DashboardPush, state: DashboardState, actions: Actions) {
  const content = bannerOf(state);
  if (content === null) return nothing;
  const { text, command, shape } = content;
  const hasCommand = push.commands.includes(command);
  return html`<div class="banner">
    ${glyph(shape)}
    <p>${text}</p>
    ${
      hasCommand
        ? button({
            label: COMMAND_LABELS[command],
            isPrimary: true,
            onClick: () => actions.run(command),
          })
        : nothing
    }
  </div>`;
}

function bannerOf(state: DashboardState) {
  const waiting = state.nodes.filter((node) => node.contact === 'notApproved').length;
  switch (modeOf(state)) {
    case 'restricted':
      return {
        shape: 's-restricted',
        text: say`The map shows what the file declares. No server is contacted and no password is read until you trust the workspace.`,
        command: 'manageTrust',
      } as const;
    case 'notAsked':
      return {
        shape: 's-unknown',
        text: say`The map shows what the file declares. No server has been contacted from this folder.`,
        command: 'connect',
      } as const;
    case 'notApproved':
      return {
        shape: 's-unknown',
        text: say`The map shows what the file declares. Its hosts were never approved from this folder; Connect lists them and asks once.`,
        command: 'connect',
      } as const;
    case 'disconnected':
      return {
        shape: 's-disabled',
        text: say`All sessions are closed. Values are from before and grow old until you connect again.`,
        command: 'connect',
      } as const;
    case 'connecting':
    case 'live':
      return waiting === 0
        ? null
        : ({
            shape: 's-unknown',
            text: say`${waiting} of ${state.nodes.length} nodes are not connected: their hosts wait for your approval.`,
            command: 'connect',
          } as const);
  }
}
