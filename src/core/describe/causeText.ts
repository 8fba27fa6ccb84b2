import { diagnosisOf } from '../diagnosis/diagnosisOf';
import type { Diagnosis } from '../diagnosis/diagnosis';
import { formatAgo } from '../format';
import { say } from '../say';
import type { Health, TopologySnapshot } from '../snapshot';
import { showEscaped } from '../visibleText';
import type { Tooltip, TooltipFact } from './rowText';

/** Evidence that a tooltip has room for. */
const SHOWN_FACTS = 6;
/** Ways on that its advice names. */
const NAMED_WAYS = 2;

/** Why something needs a person: what a tooltip says of it, and what a pick adds below its line. */
export interface Cause {
  /** Finished sentences: the cause, then what it means. */
  readonly lines: readonly string[];
  readonly facts: readonly TooltipFact[];
  /** Finished sentence that names the way on; `null` where there is none. */
  readonly advice: string | null;
}

/**
 * The diagnosis of a subject that is not well; costs as much as looking through the whole topology, so it is asked for what is drawn.
 * @param health what its row says of it
 * @returns `null` for what needs nobody
 */
export function causeOf(
  snapshot: TopologySnapshot,
  subject: string,
  health: Health,
  nowMs: number,
): Cause | null {
  if (health !== 'error' && health !== 'warning') return null;
  const diagnosis = diagnosisOf(snapshot, subject);
  // What the row calls trouble is not called well below it.
  if (diagnosis.health !== 'error' && diagnosis.health !== 'warning') return null;
  return {
    lines: [diagnosis.title, diagnosis.detail].filter((line) => line !== '').map(showEscaped),
    facts: diagnosis.evidence.slice(0, SHOWN_FACTS).map(({ label, value, source, atMs }) => ({
      text: showEscaped(`${label}: ${value}`),
      source: atMs === null ? source : `${source}, ${formatAgo(atMs, nowMs)}`,
    })),
    advice: adviceOf(diagnosis),
  };
}

/** The cause takes the place of words that only tell the state, and of advice for it; evidence of its own that of the row. */
export function withCause(tooltip: Tooltip, cause: Cause | null): Tooltip {
  if (cause === null) return tooltip;
  const { lines, facts, advice } = cause;
  const said = [...lines, ...facts.map(({ text }) => text)];
  return {
    ...tooltip,
    lines: [...lines, ...tooltip.lines.filter((line) => !said.some((text) => text.includes(line)))],
    facts: facts.length > 0 ? facts : tooltip.facts,
    advice: advice ?? tooltip.advice,
  };
}

function adviceOf({ actions }: Diagnosis): string | null {
  const commands = actions.flatMap((action) => (action.kind === 'command' ? action.label : []));
  const texts = actions.length - commands.length;
  const statement =
    texts === 0 ? [] : [texts === 1 ? say`a statement to copy` : say`statements to copy`];
  const ways = [...new Set(commands)].slice(0, NAMED_WAYS);
  const all = [...ways, ...statement];
  if (all.length === 0) return null;
  const listed =
    all.length === 1 ? all.join('') : say`${all.slice(0, -1).join(', ')} and ${all.at(-1) ?? ''}`;
  return say`Explain… shows the ways on: ${listed}.`.replace('….', '…');
}
