import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { DEPTH_CAP } from '../../src/core/facts';
import { formatAgo, formatCount, formatCountRate } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import type { DashboardState, QueueState } from '../../src/protocol/dashboardState';
import { type Actions, COMMAND_LABELS } from '../commands';
import { glyphOf, isNotAsked, isOld, toneOf } from '../text/glyphs';
import { cardNotes } from '../text/cardNotes';
import { cardNoteList } from './cardNoteList';
import { queueFigure } from '../text/figures';
import { queueTop } from '../text/nodeText';
import { button } from '../ui/button';
import { figure } from './figure';
import { glyph } from './glyph';

const ORDER = { error: 0, warning: 1, unknown: 2, busy: 3, healthy: 4 } as const;

export interface QueueTableProps {
  readonly state: DashboardState;
  readonly commands: readonly DashboardCommand[];
  readonly nowMs: number;
  readonly actions: Actions;
}

/** What edges have not sent yet, worst first, and the way to send it. Nothing where the file declares no queue. */
export function queueTable(props: QueueTableProps): TemplateResult | typeof nothing {
  const queues = [...props.state.queues].sort(
    (a, b) => ORDER[a.verdict.health] - ORDER[b.verdict.health],
  );
  if (queues.length === 0) return nothing;
  return html`<section class="section queues" aria-labelledby="queues-h">
    <div class="bar">
      <h2 id="queues-h">${say`Queues`} <span class="muted">${onlineNote(queues)}</span></h2>
    </div>
    ${cardNoteList(cardNotes(props.state, new Set(queues.map(({ nodeId }) => nodeId)), props.nowMs), props.commands, props.actions)}
    <div class="scroll" tabindex="0" role="region" aria-label=${say`Queues`}>
      <table class="grid-table">
        <thead>
          <tr>
            <th scope="col">${say`Edge`}</th>
            <th scope="col">${say`State`}</th>
            <th scope="col" class="num">${say`Grows by`}</th>
            <th scope="col" class="num">${say`Conflicts`}</th>
            <th scope="col" class="num">${say`Dead`}</th>
            <th scope="col">${say`From here`}</th>
            <th scope="col" class="num">${say`Last drain`}</th>
            <th scope="col"><span class="sr">${say`Commands`}</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            queues,
            ({ id }) => id,
            (queue) => row(queue, props),
          )}
        </tbody>
      </table>
    </div>
    ${errorNotes(queues)}
  </section>`;
}

function row(queue: QueueState, { commands, nowMs, actions }: QueueTableProps): TemplateResult {
  const { facts, verdict } = queue;
  const count = (value: number | undefined, what: string) =>
    value === undefined
      ? muted(say`unknown`)
      : figure(queueFigure(queue, formatCount(value, DEPTH_CAP), what), nowMs, actions);
  const canDrain =
    commands.includes('drainQueue') && (facts?.waiting ?? 0) > 0 && queue.draining === null;
  const isDraining = queue.draining !== null;
  return html`<tr class=${isOld(verdict.code) ? 'greyed' : ''}>
    <th scope="row">
      <button class="link" type="button" @click=${() => actions.select(queue.id)}>
        ${queue.nodeId}
      </button>
      <span class="muted"
        >${say`to ${queue.primaryId}`}${queue.isAutomatic ? say` · automatic` : ''}</span
      >
    </th>
    <td>
      <span class="state is-${isDraining ? 'busy' : toneOf(verdict.health)}"
        >${glyph(`s-${isDraining ? 'catching' : glyphOf(verdict.code, verdict.health)}`)}<span
          >${stateText(queue, nowMs)}</span
        ></span
      >
    </td>
    <td class="num">
      ${
        queue.perMinute === null
          ? muted('–')
          : figure(
              queueFigure(
                queue,
                formatCountRate(queue.perMinute),
                say`Operations a minute by which what waits grew over the last minutes`,
              ),
              nowMs,
              actions,
            )
      }
    </td>
    <td class="num">${count(facts?.conflicts, say`Operations in conflict`)}</td>
    <td class="num">${count(facts?.dead, say`Operations that are not tried again`)}</td>
    <td>${onlineText(queue)}</td>
    <td class="num">
      ${queue.lastDrainedAtMs === null ? muted('–') : formatAgo(queue.lastDrainedAtMs, nowMs)}
    </td>
    <td class="num">
      ${
        canDrain
          ? button({
              label: COMMAND_LABELS.drainQueue,
              onClick: () => actions.run('drainQueue', queue.id),
            })
          : nothing
      }
    </td>
  </tr>`;
}

/** What waits comes first; conflicts and dead ones have columns of their own. */
function stateText(queue: QueueState, nowMs: number): string {
  const { facts, draining, verdict } = queue;
  if (draining !== null) return draining;
  if (facts === null || isOld(verdict.code)) return queueTop(queue, nowMs);
  // What waits for a person has columns of its own; with it a queue is not empty.
  if (facts.waiting === 0 && facts.conflicts + facts.dead > 0) return say`nothing to drain`;
  return queueTop({ ...queue, facts: { ...facts, conflicts: 0 } }, nowMs);
}

function onlineText({ isOnline, verdict }: QueueState) {
  if (isOnline === null) return muted(isNotAsked(verdict.code) ? say`not asked` : say`unknown`);
  return isOnline ? say`online` : say`offline`;
}

function onlineNote(queues: readonly QueueState[]): string {
  const online = queues.filter(({ isOnline }) => isOnline === true).length;
  return say`${online} of ${queues.length} online`;
}

/** The server's words of the newest error of each. */
function errorNotes(queues: readonly QueueState[]) {
  return queues.flatMap(({ nodeId, facts }) => {
    const words = facts?.lastError ?? null;
    return words === null
      ? []
      : [html`<p class="foot">${say`Newest error on ${nodeId}: ${words}`}</p>`];
  });
}

function muted(text: string) {
  return html`<span class="muted">${text}</span>`;
}
