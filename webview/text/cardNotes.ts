import { formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardCommand } from '../../src/protocol/dashboardCommands';
import type { DashboardState, NodeState } from '../../src/protocol/dashboardState';
import { wholeSeconds } from './edgeText';
import { glyphOf, type StateGlyph, toneOf, type Tone } from './glyphs';

/** Why a table is empty, old or not whole, as far as one server is the reason. */
export interface CardNote {
  readonly nodeId: string;
  readonly tone: Tone;
  readonly glyph: StateGlyph;
  /** Finished sentences. */
  readonly text: string;
  /** What helps, the likely one first. */
  readonly commands: readonly DashboardCommand[];
}

/** A shorter wait is not worth a word. */
const WAIT_MS = 500;

/** What has to be said above a table that rests on these servers, worst first. */
export function cardNotes(
  state: DashboardState,
  nodeIds: ReadonlySet<string>,
  nowMs: number,
): readonly CardNote[] {
  return state.nodes
    .filter(({ id, isDeclared }) => isDeclared && nodeIds.has(id))
    .flatMap((node) => noteOf(node, state, nowMs) ?? [])
    .toSorted((a, b) => ORDER.indexOf(a.tone) - ORDER.indexOf(b.tone));
}

const ORDER: readonly Tone[] = ['bad', 'warn', 'busy', 'none', 'ok'];

function noteOf(node: NodeState, state: DashboardState, nowMs: number): CardNote | null {
  const { verdict, id } = node;
  const note = (text: string, commands: readonly DashboardCommand[]): CardNote => ({
    nodeId: id,
    tone: toneOf(verdict.health),
    glyph: glyphOf(verdict.code, verdict.health),
    text,
    commands,
  });
  if (node.contact === 'connecting') {
    const waitedMs = verdict.sinceMs === null ? 0 : nowMs - verdict.sinceMs;
    if (waitedMs < WAIT_MS) return null;
    return note(say`Asking ${id}, since ${formatDuration(waitedMs)}.${oldness(node, nowMs)}`, []);
  }
  if (node.failure !== null) {
    const again =
      node.nextTryAtMs === null || node.nextTryAtMs <= nowMs
        ? ''
        : say` Next try in ${formatDuration(wholeSeconds(node.nextTryAtMs - nowMs))}.`;
    const needsPassword = verdict.code === 'passwordNeeded';
    return note(`${node.failure.text}${oldness(node, nowMs)}${again}`, [
      ...(needsPassword ? (['enterPassword'] as const) : (['refresh'] as const)),
      'showLog',
    ]);
  }
  if (verdict.code === 'noPrivilege') {
    const told = state.problems.find((problem) => problem.id === id)?.title;
    return note(told ?? say`The role that watches ${id} may not see its state of replication.`, [
      'copyGrant',
    ]);
  }
  return null;
}

/** How old what stands below is. */
function oldness({ asOfMs }: NodeState, nowMs: number): string {
  return asOfMs === null
    ? ''
    : say` What is shown of it is ${formatDuration(wholeSeconds(nowMs - asOfMs), 'fine')} old.`;
}
