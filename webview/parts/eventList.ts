import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import { formatClock, formatDate } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { EventState } from '../../src/protocol/diagnosisState';
import type { Actions } from '../commands';
import type { EventFilter } from '../store';
import { glyphOf, toneOf, type StateGlyph } from '../text/glyphs';
import { segments } from '../ui/segments';
import { glyph, said } from './glyph';

/** So many stand open; the rest on demand. */
const SHOWN = 10;
const SHOWN_ALL = 200;

export interface EventListProps {
  readonly events: readonly EventState[];
  readonly filter: EventFilter;
  readonly areAllShown: boolean;
  readonly actions: Actions;
  readonly onFilter: (filter: EventFilter) => void;
  readonly onShowAll: (areAllShown: boolean) => void;
}

const FILTERS: readonly { readonly value: EventFilter; readonly label: string }[] = [
  { value: 'all', label: say`All` },
  { value: 'states', label: say`States` },
  { value: 'changes', label: say`Changes` },
  { value: 'checks', label: say`Checks` },
];

const KINDS: Readonly<Record<EventFilter, readonly EventState['kind'][]>> = {
  all: ['state', 'change', 'drain', 'check'],
  states: ['state'],
  changes: ['change', 'drain'],
  checks: ['check'],
};

/** Since when: what happened, newest first. A click selects what it is about and moves the charts there. */
export function eventList(props: EventListProps): TemplateResult {
  const { filter, areAllShown, actions } = props;
  const wanted = props.events.filter(({ kind }) => KINDS[filter].includes(kind)).toReversed();
  const shown = wanted.slice(0, areAllShown ? SHOWN_ALL : SHOWN);
  return html`<section class="section events-section" aria-labelledby="events-h">
    <div class="bar">
      <h2 id="events-h">${say`Events`}</h2>
      ${segments({
        legend: say`Events shown`,
        name: 'events',
        options: FILTERS,
        value: filter,
        onChange: props.onFilter,
      })}
    </div>
    ${
      wanted.length === 0
        ? html`<p class="muted">${NOTHING[filter]}</p>`
        : html`<ol class="events">
            ${repeat(
              shown,
              ({ atMs, text }) => `${atMs} ${text}`,
              (event) => row(event, actions),
            )}
          </ol>`
    }
    ${
      wanted.length <= SHOWN
        ? nothing
        : html`<p class="foot">
            <button class="link" type="button" @click=${() => props.onShowAll(!areAllShown)}>
              ${areAllShown ? say`Show fewer` : say`Show ${Math.min(SHOWN_ALL, wanted.length) - SHOWN} earlier`}
            </button>
          </p>`
    }
  </section>`;
}

const NOTHING: Readonly<Record<EventFilter, string>> = {
  all: say`Nothing has changed in the last 24 hours, as far as this window looked.`,
  states: say`No state has changed in the last 24 hours, as far as this window looked.`,
  changes: say`No plan and no drain ran in the last 24 hours.`,
  checks: say`No check ended otherwise than the one before it.`,
};

function row(event: EventState, actions: Actions): TemplateResult {
  const { atMs, subject, text, health } = event;
  return html`<li class="is-${toneOf(health)}">
    <button
      class="event"
      type="button"
      title="${formatDate(atMs)} ${formatClock(atMs)}"
      @click=${() => actions.followEvent(subject, atMs)}
    >
      <time datetime=${new Date(atMs).toISOString()}>${formatClock(atMs)}</time>
      ${glyph(`s-${shapeOf(event)}`)}
      <span>${said(WORDS[health])}${text}</span>
    </button>
  </li>`;
}

const WORDS: Readonly<Record<EventState['health'], string>> = {
  healthy: say`well`,
  busy: say`busy`,
  warning: say`warning`,
  error: say`error`,
  unknown: say`for information`,
};

function shapeOf({ kind, code, health }: EventState): StateGlyph {
  if (kind === 'change') return 'change';
  if (kind === 'drain') return 'catching';
  if (health === 'healthy') return 'ok';
  if (code !== null) return glyphOf(code, health);
  return kind === 'check' ? 'lagging' : 'stale';
}
