import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import * as z from 'zod/mini';
import { asItCame } from '../../../src/protocol/asItCame';
import { DASHBOARD_STATE } from '../../../src/protocol/dashboardState';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import { CHECKED_IN_TROUBLE } from '../../webview/support/checks';
import { trouble } from '../../webview/support/states';

/** Stands for a key that is not there. */
const GONE = Symbol('gone');
const STRANGE = [GONE, undefined, null, 'strange', '', 1, Number.NaN, true, [], [null], {}];

describe('protocol/asItCame', () => {
  it('hands over the very same value, with keys that the schema does not name', () => {
    const value = { list: [1, null], more: 'x' };
    const parsed = asItCame(z.object({ list: z.array(z.nullable(z.number())) })).safeParse(value);
    assert.equal(parsed.success && parsed.data, value);
  });

  it('takes and refuses what the parser of the schema does, whatever stands in whichever place', () => {
    const edges = new Map(CHECKED_IN_TROUBLE.map((edge) => [edge.edgeId, edge]));
    const state: unknown = JSON.parse(
      JSON.stringify(
        toDashboardState(trouble, 'logical/singularity/patterns_sub', {
          isContinuous: true,
          edges,
        }),
      ),
    );
    const quick = asItCame(DASHBOARD_STATE);
    assert.ok(quick.safeParse(state).success);
    const outcomes = { taken: 0, refused: 0 };
    const spots = spotsOf(state, 'state');
    for (const { holder, key, path } of spots) {
      const before = Object.getOwnPropertyDescriptor(holder, key);
      for (const strange of STRANGE) {
        if (strange === GONE) Reflect.deleteProperty(holder, key);
        else Reflect.set(holder, key, strange);
        const isTaken = DASHBOARD_STATE.safeParse(state).success;
        const what = `${path} = ${inspect(strange)}`;
        assert.equal(quick.safeParse(state).success, isTaken, what);
        outcomes[isTaken ? 'taken' : 'refused'] += 1;
      }
      if (before !== undefined) Object.defineProperty(holder, key, before);
    }
    assert.ok(spots.length > 300 && outcomes.taken > 300 && outcomes.refused > 1_000);
  });

  it('leaves limits and whatever it has no guard for to zod', () => {
    const short = asItCame(z.object({ name: z.string().check(z.maxLength(3)) }));
    assert.equal(short.safeParse({ name: 'abc' }).success, true);
    assert.equal(short.safeParse({ name: 'abcd' }).success, false);
    const either = asItCame(z.union([z.literal('a'), z.object({ kind: z.literal('b') })]));
    assert.equal(either.safeParse({ kind: 'b' }).success, true);
    assert.equal(either.safeParse({ kind: 'a' }).success, false);
    const maybe = asItCame(z.object({ name: z.optional(z.string()) }));
    assert.equal(maybe.safeParse({ name: undefined }).success, true);
    assert.equal(maybe.safeParse({}).success, true);
    assert.equal(maybe.safeParse({ name: 1 }).success, false);
  });
});

interface Spot {
  readonly holder: object;
  readonly key: string;
  readonly path: string;
}

/** Each place below a value once; of a long list only its first two. */
function spotsOf(value: unknown, path: string): readonly Spot[] {
  if (typeof value !== 'object' || value === null) return [];
  const keys = Array.isArray(value) ? ['0', '1'].slice(0, value.length) : Object.keys(value);
  return keys.flatMap((key) => {
    const below = `${path}.${key}`;
    return [{ holder: value, key, path: below }, ...spotsOf(Reflect.get(value, key), below)];
  });
}
