import { html, svg, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatBytes, formatDuration, UNKNOWN } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardState, SlotState } from '../../src/protocol/dashboardState';
import { slotId } from '../../src/protocol/slotId';
import { wholeSeconds } from '../text/edgeText';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import type { Actions } from '../commands';
import { cardNotes } from '../text/cardNotes';
import { cardNoteList } from './cardNoteList';
import { keptFigure, limitFigure, timeToLimit } from '../text/figures';
import { glyphOf, isOld, type StateGlyph, toneOf } from '../text/glyphs';
import { markdownCell } from '../text/markdown';
import { noSlots } from '../text/slotNote';
import { button } from '../ui/button';
import { figure } from './figure';
import { glyph } from './glyph';

const SHOWN = 12;
const ORDER = { error: 0, warning: 1, unknown: 2, busy: 3, healthy: 4 } as const;

export interface SlotTableProps {
  readonly state: DashboardState;
  readonly nowMs: number;
  readonly commands: readonly DashboardCommand[];
  readonly actions: Actions;
}

/** What slots keep servers from removing, worst first. */
export function slotTable(props: SlotTableProps): TemplateResult {
  const { state, nowMs, actions, commands } = props;
  const slots = [...state.slots].sort(
    (a, b) =>
      ORDER[a.verdict.health] - ORDER[b.verdict.health] ||
      msToLimit(a) - msToLimit(b) ||
      (b.retainedWalBytes ?? -1) - (a.retainedWalBytes ?? -1),
  );
  const many = new Set(slots.map((slot) => slot.nodeId)).size > 1;
  const shown = slots.slice(0, Math.max(SHOWN, slots.filter(isTrouble).length));
  const rest = slots.length - shown.length;
  return html`<section class="section slots" aria-labelledby="slots-h">
    <div class="bar">
      <h2 id="slots-h">${say`Slots`} <span class="muted">${limitNote(slots)}</span></h2>
      ${
        slots.length === 0
          ? nothing
          : button({
              label: say`Copy as Markdown`,
              onClick: () => actions.copy(asMarkdown(slots, nowMs), say`Slots`),
            })
      }
    </div>
    ${cardNoteList(cardNotes(state, keepersOf(state), nowMs), commands, actions)}
    ${
      slots.length === 0
        ? emptyNote(state)
        : html`<div class="scroll" tabindex="0" role="region" aria-label=${say`Slots as a table`}>
            <table class="grid-table">
              <thead>
                <tr>
                  <th scope="col">${say`Slot`}</th>
                  ${many ? html`<th scope="col">${say`On`}</th>` : nothing}
                  <th scope="col">${say`State`}</th>
                  <th scope="col" class="num">${say`Keeps`}</th>
                  <th scope="col">${say`Of limit`}</th>
                  <th scope="col" class="num">${say`Time to limit`}</th>
                </tr>
              </thead>
              <tbody>
                ${repeat(
                  shown,
                  (slot) => slotId(slot.nodeId, slot.name),
                  (slot) => row(slot, many, props),
                )}
              </tbody>
            </table>
          </div>`
    }
    ${versionNote(slots, state)}
    ${rest === 0 ? nothing : html`<p class="foot">${say`${rest} more, all healthy`}</p>`}
  </section>`;
}

/** Servers that keep slots as far as is known, or that others stream or subscribe from. */
function keepersOf(state: DashboardState): ReadonlySet<string> {
  const upstreams = state.edges.flatMap(({ from }) => (from === null ? [] : [from]));
  return new Set([...state.slots.map(({ nodeId }) => nodeId), ...upstreams]);
}

/** The first version that records since when nobody reads a slot. */
const RECORDS_INACTIVITY = 17;

function versionNote(slots: readonly SlotState[], state: DashboardState) {
  const older = state.nodes.find(
    ({ id, version }) =>
      Number.parseInt(version ?? '', 10) < RECORDS_INACTIVITY &&
      slots.some(({ nodeId, isActive }) => nodeId === id && !isActive),
  );
  if (older === undefined) return nothing;
  return html`<p class="foot">
    ${say`Postgres ${older.version ?? ''} on ${older.id} does not record since when a slot is inactive; the time is since this window saw it.`}
  </p>`;
}

function row(
  slot: SlotState,
  many: boolean,
  { state, nowMs, actions }: SlotTableProps,
): TemplateResult {
  const tone = toneOf(slot.verdict.health);
  const old = isOld(slot.verdict.code);
  const id = slotId(slot.nodeId, slot.name);
  return html`<tr class=${old ? 'greyed' : ''}>
    <th scope="row">
      <button class="link" type="button" @click=${() => actions.select(id)}>${slot.name}</button>
      <span class="muted">${slot.type}</span>
    </th>
    ${many ? html`<td>${slot.nodeId}</td>` : nothing}
    <td>
      <span class="state is-${tone}"
        >${glyph(`s-${slotGlyph(slot)}`)}<span>${stateText(slot, nowMs)}</span></span
      >
    </td>
    <td class="num">
      ${
        slot.retainedWalBytes === null
          ? muted(bytesOr(null, slot))
          : figure(keptFigure(slot, formatBytes(slot.retainedWalBytes), state), nowMs, actions)
      }
    </td>
    <td class="is-${tone}">${room(slot)}</td>
    <td class="num">${toLimit(slot, state, nowMs, actions)}</td>
  </tr>`;
}

/** A slot without its reader is a warning by itself; that nothing streams is told on the link. */
function slotGlyph({ verdict }: SlotState): StateGlyph {
  return verdict.code === 'notStreaming' ? 'lagging' : glyphOf(verdict.code);
}

function stateText(slot: SlotState, nowMs: number): string {
  const { code, sinceMs } = slot.verdict;
  const since = sinceMs === null ? '' : say` for ${formatDuration(wholeSeconds(nowMs - sinceMs))}`;
  if (isOld(code)) return slot.isActive ? say`was active` : say`was inactive`;
  if (code === 'slotLost') {
    const ago = sinceMs === null ? '' : say` ${formatDuration(wholeSeconds(nowMs - sinceMs))} ago`;
    return say`lost${ago}${slot.invalidationReason === null ? '' : ` · ${slot.invalidationReason}`}`;
  }
  if (code === 'orphan') return say`kept for nobody`;
  if (slot.isActive) return code === 'nearLimit' ? say`active, near its limit` : say`active`;
  if (code === 'healthy' || code === 'nearLimit' || code === 'notStreaming')
    return say`inactive${since}`;
  return verdictWord(code);
}

function bytesOr(bytes: number | null, slot: SlotState): string {
  if (bytes !== null) return formatBytes(bytes);
  return slot.verdict.code === 'slotLost' ? '–' : UNKNOWN;
}

/** Which limit it is stands beside it where it is not the server's own. */
function toLimit(slot: SlotState, state: DashboardState, nowMs: number, actions: Actions) {
  const text = timeToLimit(slot);
  if (text === say`no limit` || text === UNKNOWN) return muted(text);
  return html`${figure(limitFigure(slot, text, state), nowMs, actions)}${
    slot.toLimit?.by === 'file' && slot.verdict.code !== 'slotLost'
      ? html` <span class="muted">${say`by the file`}</span>`
      : nothing
  }`;
}

function msToLimit({ toLimit }: SlotState): number {
  return toLimit?.pace === 'approaching' ? (toLimit.ms ?? NEVER_MS) : NEVER_MS;
}

/** Sorts behind every estimate. */
const NEVER_MS = Number.MAX_SAFE_INTEGER;

function limitOf({ toLimit, limitBytes }: SlotState): number | null {
  return toLimit?.limitBytes ?? limitBytes;
}

function muted(text: string): TemplateResult {
  return html`<span class="muted">${text}</span>`;
}

function room(slot: SlotState): TemplateResult {
  const kept = slot.retainedWalBytes;
  const limit = limitOf(slot);
  if (kept === null || limit === null || limit <= 0) return html`<span class="muted">–</span>`;
  const used = Math.min(1, kept / limit);
  return html`<svg
    class="room"
    viewBox="0 0 96 8"
    role="img"
    aria-label=${say`${Math.floor(used * 100)} percent of the limit used`}
  >
    ${svg`<rect class="room__all" x=".5" y=".5" width="95" height="7"></rect>
      <rect class="room__used" x="1" y="1" width=${Math.max(1, used * 94).toFixed(1)} height="6"></rect>`}
  </svg>`;
}

function limitNote(slots: readonly SlotState[]): string {
  const limits = [...new Set(slots.map(limitOf))];
  const only = limits[0];
  return limits.length === 1 && only !== null && only !== undefined
    ? say`limit ${formatBytes(only)}`
    : '';
}

function emptyNote(state: DashboardState): TemplateResult {
  return html`<p class="state is-none">
    ${glyph('s-unknown')}<span>${noSlots(state.nodes)}</span>
  </p>`;
}

function isTrouble(slot: SlotState): boolean {
  return slot.verdict.health === 'error' || slot.verdict.health === 'warning';
}

function asMarkdown(slots: readonly SlotState[], nowMs: number): string {
  const rows = slots.map((slot) =>
    [
      slot.name,
      slot.nodeId,
      slot.type,
      stateText(slot, nowMs),
      bytesOr(slot.retainedWalBytes, slot),
      limitOf(slot) === null ? say`no limit` : formatBytes(limitOf(slot) ?? 0),
      timeToLimit(slot),
    ]
      .map(markdownCell)
      .join(' | '),
  );
  return [
    say`| slot | on | type | state | keeps | limit | time to limit |`,
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}
