import assert from 'node:assert/strict';
import { askClock } from '../../../../src/operations/drain/clockAnswer';

/** A server whose clock is right, and that takes so long to answer, one answer after the other: nearly all of it on the way back. */
function serverThatTakes(...answersMs: readonly number[]) {
  const startMs = Date.UTC(2026, 0, 1);
  let passedMs = 0;
  let asked = 0;
  return {
    clock: { nowMs: () => startMs + passedMs, monotonicMs: () => passedMs },
    ask: () => {
      const clockUs = BigInt(startMs + passedMs) * 1000n;
      passedMs += answersMs[asked] ?? 0;
      asked += 1;
      return Promise.resolve({ clockUs: Number(clockUs), nth: asked });
    },
    asked: () => asked,
  };
}

describe('asking a server for its clock', () => {
  it('takes a quick answer', async () => {
    const server = serverThatTakes(20);
    const { aheadMs, roundTripMs, row } = await askClock(server.clock, server.ask);
    assert.deepEqual([aheadMs, roundTripMs, row['nth']], [-10, 20, 1]);
    assert.equal(server.asked(), 1);
  });

  it('asks again when an answer took long, and takes the quickest', async () => {
    const server = serverThatTakes(9_000, 40);
    const { aheadMs, roundTripMs, row } = await askClock(server.clock, server.ask);
    assert.deepEqual([aheadMs, roundTripMs, row['nth']], [-20, 40, 2]);
  });

  it('takes the quickest of three where all took long', async () => {
    const server = serverThatTakes(3_000, 1_000, 2_000);
    const { aheadMs, roundTripMs } = await askClock(server.clock, server.ask);
    assert.deepEqual([aheadMs, roundTripMs], [-500, 1_000]);
    assert.equal(server.asked(), 3);
  });
});
