import { verdictWord } from '../../src/core/describe/verdictWord';
import { formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import type { DashboardState, DetailsState, EdgeState } from '../../src/protocol/dashboardState';
import { slotId } from '../../src/protocol/slotId';
import { wholeSeconds } from './edgeText';
import { glyphOf, isNotAsked, type StateGlyph, toneOf, type Tone } from './glyphs';
import { displayName } from './names';
import { rolesSentence } from './nodeText';
import type { Subject } from './subject';

/** Heads of the details pane; why it is as it is comes from the host. */
export interface DetailsText {
  readonly title: string;
  readonly kind: string;
  readonly tone: Tone;
  readonly glyph: StateGlyph;
  /** The diagnosis in a sentence; the state's word until it has come. */
  readonly verdict: string;
  /** `for 4 min 8 s`; empty when not known. */
  readonly since: string;
  readonly text: string;
  /** Commands for any such thing, whatever is wrong with it. */
  readonly commands: readonly DashboardCommand[];
}

/** @param details what came for this subject; `null` while it has not */
export function detailsOf(
  subject: Subject,
  state: DashboardState,
  details: DetailsState | null,
  nowMs: number,
): DetailsText {
  const diagnosis = details?.diagnosis ?? null;
  const known = state.problems.find(({ id }) => id === idOf(subject));
  const { code, health, sinceMs } = diagnosis ?? known ?? subject.value.verdict;
  return {
    ...headOf(subject),
    tone: toneOf(health),
    glyph: glyphOf(code, health),
    verdict:
      diagnosis?.title ?? known?.title ?? `${capital(verdictWord(subject.value.verdict.code))}.`,
    since:
      sinceMs === null || isNotAsked(subject.value.verdict.code)
        ? ''
        : say`for ${formatDuration(wholeSeconds(nowMs - sinceMs), 'fine')}`,
    text: diagnosis?.detail ?? '',
    commands: commandsFor(subject),
  };
}

function headOf(subject: Subject): Pick<DetailsText, 'title' | 'kind'> {
  switch (subject.kind) {
    case 'edge':
      return {
        title: `${subject.value.from ?? say`not in the file`} → ${displayName(subject.value.to)}`,
        kind: edgeKind(subject.value),
      };
    case 'node':
      return {
        title: displayName(subject.value.id),
        kind: `${rolesSentence(subject.value)}${subject.value.isDeclared ? '' : say` · not in the file`}`,
      };
    case 'queue':
      return {
        title: `${subject.value.nodeId} → ${subject.value.primaryId}`,
        kind: `Queue ${subject.value.table}`,
      };
    case 'slot':
      return {
        title: subject.value.name,
        kind: `${capital(subject.value.type)} replication slot on ${subject.value.nodeId}`,
      };
  }
}

function edgeKind(edge: EdgeState): string {
  const slot = edge.slotName === null ? '' : say` · slot ${edge.slotName}`;
  switch (edge.kind) {
    case 'streaming': {
      const sync = SYNC_WORDS[edge.syncState ?? ''] ?? '';
      return say`Streaming replication${sync}${slot}`;
    }
    case 'logical':
      return say`Logical replication · subscription ${edge.name}`;
    case 'consumer':
      return say`Reader of a logical slot, not Postgres${slot}`;
  }
}

const SYNC_WORDS: Readonly<Record<string, string>> = {
  async: say`, asynchronous`,
  sync: say`, synchronous`,
  quorum: say`, synchronous by quorum`,
  potential: say`, asynchronous, may become synchronous`,
};

/** A link can be checked; what nobody asked cannot be read again. */
function commandsFor(subject: Subject): readonly DashboardCommand[] {
  if (isNotAsked(subject.value.verdict.code)) return [];
  return subject.kind === 'edge' ? ['explain', 'runChecks'] : ['explain'];
}

/** Its id among selections and problems. */
export function idOf({ kind, value }: Subject): string {
  return kind === 'slot' ? slotId(value.nodeId, value.name) : value.id;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
