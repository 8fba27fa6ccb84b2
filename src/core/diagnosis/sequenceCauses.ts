import type { SequenceFacts } from '../facts';
import { say } from '../say';
import { escapeLiteral, qualifiedName } from '../sql';
import { statement } from './actions';
import { NO_SCOPE } from './evidenceQuery';
import type { EdgeCase } from './edgeParts';
import { fact, type Finding } from './makeDiagnosis';
import { listed } from './names';
import type { Picture } from './picture';

/** A sequence that does not follow: its values on both ends. */
export interface SequenceGap {
  readonly sequence: SequenceFacts;
  /** Last value of the publisher, decimal text. */
  readonly theirs: string;
}

/** Sequences of a subscriber that its publisher is beyond; `used` are those that it took values from itself. */
export function sequenceGaps(
  picture: Picture,
  ends: { readonly from: string | null; readonly to: string },
): readonly SequenceGap[] {
  const there = picture.slow(ends.from)?.sequences ?? [];
  const here = picture.slow(ends.to)?.sequences ?? [];
  const known = new Map(there.map((sequence) => [keyOf(sequence), sequence]));
  return here.flatMap((sequence) => {
    const theirs = known.get(keyOf(sequence))?.lastValue ?? null;
    return theirs !== null && isBehind(sequence, theirs) ? [{ sequence, theirs }] : [];
  });
}

/** By what fills it: the sequence itself may be named otherwise. */
function keyOf({ table, column }: SequenceFacts): string {
  return JSON.stringify([table.schema, table.name, column]);
}

function isBehind({ lastValue, increment }: SequenceFacts, theirs: string): boolean {
  const goal = integer(theirs);
  const step = integer(increment) ?? 1n;
  if (goal === null) return false;
  if (lastValue === null) return true;
  const own = integer(lastValue);
  if (own === null) return false;
  return step < 0n ? own > goal : own < goal;
}

function integer(text: string): bigint | null {
  return /^-?\d+$/u.test(text) ? BigInt(text) : null;
}

/** The subscriber gave out values of its own, and the publisher is beyond them: its next INSERT meets rows that arrived. */
export function sequencesBehind(one: EdgeCase): Finding | null {
  const { edge, source, target, picture } = one;
  if (edge.from === null) return null;
  const gaps = sequenceGaps(picture, edge).filter(({ sequence }) => sequence.lastValue !== null);
  if (gaps.length === 0) return null;
  const names = gaps.map(({ sequence }) => `${sequence.schema}.${sequence.name}`);
  const at = {
    nodeId: edge.to,
    atMs: picture.node(edge.to)?.sample.slowAtMs ?? null,
    scope: NO_SCOPE,
  };
  return {
    code: 'sequenceBehind',
    health: 'warning',
    title: say`${listed(names)} on ${target} ${names.length === 1 ? say`is` : say`are`} behind ${source}: the next value given there may be that of a row that arrived.`,
    detail: [
      say`Sequences do not follow. An INSERT there then fails with a duplicate key, or its row stops the subscription later.`,
    ],
    sinceMs: null,
    evidence: gaps
      .slice(0, 5)
      .map(({ sequence, theirs }) =>
        fact(
          `${sequence.schema}.${sequence.name}`,
          say`${sequence.lastValue ?? say`never used`}, on ${source} ${theirs}`,
          'pg_sequences',
          at,
        ),
      ),
    actions: gaps
      .slice(0, 3)
      .map(({ sequence, theirs }) =>
        statement(
          edge.to,
          () => `SELECT setval(${escapeLiteral(qualifiedName(sequence))}, ${theirs});`,
          say`The next value there is then beyond what ${source} gave out when it was read; for a switch set it higher.`,
        ),
      ),
  };
}
