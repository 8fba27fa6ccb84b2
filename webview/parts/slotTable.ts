import { html, svg, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatBytes, formatDuration, UNKNOWN } from '../../src/core/format';
import type { DashboardState, SlotState } from '../../src/protocol/dashboardState';
import { slotId } from '../../src/protocol/slotId';
import { wholeSeconds } from '../text/edgeText';
import { glyphOf, isOld, type StateGlyph, toneOf } from '../text/glyphs';
import { markdownCell } from '../text/markdown';
import { noSlots } from '../text/slotNote';
import { button } from '../ui/button';
import { glyph } from './glyph';

const SHOWN = 12;
const ORDER = { error: 0, warning: 1, unknown: 2, busy: 3, healthy: 4 } as const;

export interface SlotTableProps {
  readonly state: DashboardState;
  readonly nowMs: number;
  readonly onSelect: (id: string) => void;
  readonly onCopy: (text: string) => void;
}

/** What slots keep servers from removing, worst first. */
export function slotTable({ state, nowMs, onSelect, onCopy }: SlotTableProps): TemplateResult {
  const slots = [...state.slots].sort(
    (a, b) =>
      ORDER[a.verdict.health] - ORDER[b.verdict.health] ||
      (b.retainedWalBytes ?? -1) - (a.retainedWalBytes ?? -1),
  );
  const many = new Set(slots.map((slot) => slot.nodeId)).size > 1;
  const shown = slots.slice(0, Math.max(SHOWN, slots.filter(isTrouble).length));
  const rest = slots.length - shown.length;
  return html`<section class="section slots" aria-labelledby="slots-h">
    <div class="bar">
      <h2 id="slots-h">Slots <span class="muted">${limitNote(slots)}</span></h2>
      ${
        slots.length === 0
          ? nothing
          : button({ label: 'Copy as Markdown', onClick: () => onCopy(asMarkdown(slots, nowMs)) })
      }
    </div>
    ${
      slots.length === 0
        ? emptyNote(state)
        : html`<div class="scroll" tabindex="0" role="region" aria-label="Slots">
            <table class="grid-table">
              <thead>
                <tr>
                  <th scope="col">Slot</th>
                  ${many ? html`<th scope="col">On</th>` : nothing}
                  <th scope="col">State</th>
                  <th scope="col" class="num">Keeps</th>
                  <th scope="col">Of limit</th>
                  <th scope="col" class="num">Room left</th>
                </tr>
              </thead>
              <tbody>
                ${repeat(
                  shown,
                  (slot) => slotId(slot.nodeId, slot.name),
                  (slot) => row(slot, many, nowMs, onSelect),
                )}
              </tbody>
            </table>
          </div>`
    }
    ${rest === 0 ? nothing : html`<p class="foot">${rest} more, all healthy</p>`}
  </section>`;
}

function row(
  slot: SlotState,
  many: boolean,
  nowMs: number,
  onSelect: (id: string) => void,
): TemplateResult {
  const tone = toneOf(slot.verdict.health);
  const old = isOld(slot.verdict.code);
  const id = slotId(slot.nodeId, slot.name);
  return html`<tr class=${old ? 'greyed' : ''}>
    <th scope="row">
      <button class="link" type="button" @click=${() => onSelect(id)}>${slot.name}</button>
      <span class="muted">${slot.type}</span>
    </th>
    ${many ? html`<td>${slot.nodeId}</td>` : nothing}
    <td>
      <span class="state is-${tone}"
        >${glyph(`s-${slotGlyph(slot)}`)}<span>${stateText(slot, nowMs)}</span></span
      >
    </td>
    <td class="num">${bytesOr(slot.retainedWalBytes, slot)}</td>
    <td class="is-${tone}">${room(slot)}</td>
    <td class="num">${roomLeft(slot)}</td>
  </tr>`;
}

/** A slot without its reader is a warning by itself; that nothing streams is told on the link. */
function slotGlyph({ verdict }: SlotState): StateGlyph {
  return verdict.code === 'notStreaming' ? 'lagging' : glyphOf(verdict.code);
}

function stateText(slot: SlotState, nowMs: number): string {
  const { code, sinceMs } = slot.verdict;
  const since = sinceMs === null ? '' : ` for ${formatDuration(wholeSeconds(nowMs - sinceMs))}`;
  if (isOld(code)) return slot.isActive ? 'was active' : 'was inactive';
  if (code === 'slotLost') {
    const ago = sinceMs === null ? '' : ` ${formatDuration(wholeSeconds(nowMs - sinceMs))} ago`;
    return `lost${ago}${slot.invalidationReason === null ? '' : ` · ${slot.invalidationReason}`}`;
  }
  if (code === 'orphan') return 'kept for nobody';
  if (slot.isActive) return code === 'nearLimit' ? 'active, near its limit' : 'active';
  if (code === 'healthy' || code === 'nearLimit' || code === 'notStreaming')
    return `inactive${since}`;
  return verdictWord(code);
}

function bytesOr(bytes: number | null, slot: SlotState): string {
  if (bytes !== null) return formatBytes(bytes);
  return slot.verdict.code === 'slotLost' ? '–' : UNKNOWN;
}

function roomLeft(slot: SlotState) {
  if (slot.verdict.code === 'slotLost') return 'none';
  if (slot.limitBytes === null) return html`<span class="muted">no limit</span>`;
  const left =
    slot.safeWalBytes ??
    (slot.retainedWalBytes === null ? null : slot.limitBytes - slot.retainedWalBytes);
  return left === null ? UNKNOWN : formatBytes(Math.max(0, left));
}

function room(slot: SlotState): TemplateResult {
  const { retainedWalBytes: kept, limitBytes: limit } = slot;
  if (kept === null || limit === null || limit <= 0) return html`<span class="muted">–</span>`;
  const used = Math.min(1, kept / limit);
  return html`<svg
    class="room"
    viewBox="0 0 96 8"
    role="img"
    aria-label="${Math.floor(used * 100)} percent of the limit used"
  >
    ${svg`<rect class="room__all" x=".5" y=".5" width="95" height="7"></rect>
      <rect class="room__used" x="1" y="1" width=${Math.max(1, used * 94).toFixed(1)} height="6"></rect>`}
  </svg>`;
}

function limitNote(slots: readonly SlotState[]): string {
  const limits = [...new Set(slots.map((slot) => slot.limitBytes))];
  const only = limits[0];
  return limits.length === 1 && only !== null && only !== undefined
    ? `limit ${formatBytes(only)}`
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
      slot.limitBytes === null ? 'no limit' : formatBytes(slot.limitBytes),
    ]
      .map(markdownCell)
      .join(' | '),
  );
  return [
    '| slot | on | type | state | keeps | limit |',
    '| --- | --- | --- | --- | --- | --- |',
    ...rows.map((row) => `| ${row} |`),
    '',
  ].join('\n');
}
