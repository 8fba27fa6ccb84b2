import assert from 'node:assert/strict';
import { CancelSource } from '../../../../src/core/cancelSource';
import type { DrainReport, DrainState } from '../../../../src/core/queue/drain';
import { DrainAudit, drainNote } from '../../../../src/operations/drain/drainAudit';
import { DrainsOnDemand, type LoadedDrains } from '../../../../src/operations/drain/drainsOnDemand';

const address = { topologyId: 'file:///pg-topology.json', nodeId: 'vengeance' };

function reportOf(part: Partial<DrainReport> = {}): DrainReport {
  return {
    address,
    primaryId: 'central',
    startedAtMs: 0,
    endedAtMs: 4_000,
    end: { kind: 'drained' },
    counts: {
      applied: 9_996,
      skipped: 0,
      kept: 3,
      replaced: 0,
      merged: 0,
      conflicts: 0,
      dead: 0,
      waiting: 0,
    },
    left: 0,
    resent: 0,
    verdicts: [],
    notes: [],
    ...part,
  };
}

/** Drains that a test ends. */
class FakeDrains implements LoadedDrains {
  readonly calls: string[] = [];
  states: readonly DrainState[] = [];
  #listener: (topologyId: string) => void = () => undefined;

  preview(): never {
    throw new Error('Not in this test.');
  }

  drain(): Promise<DrainReport> {
    this.calls.push('drain');
    return Promise.resolve(reportOf());
  }

  of(): readonly DrainState[] {
    return this.states;
  }

  onDidChange(listener: (topologyId: string) => void) {
    this.#listener = listener;
    return { dispose: () => undefined };
  }

  setAutomatic(_address: unknown, isOn: boolean): void {
    this.calls.push(`automatic ${isOn ? 'on' : 'off'}`);
  }

  dispose(): Promise<void> {
    this.calls.push('dispose');
    return Promise.resolve();
  }

  tell(states: readonly DrainState[]): void {
    this.states = states;
    this.#listener(address.topologyId);
  }
}

const loaded = () => {
  const fake = new FakeDrains();
  let loads = 0;
  const errors: unknown[] = [];
  const drains = new DrainsOnDemand(
    () => {
      loads += 1;
      return Promise.resolve(fake);
    },
    (error) => errors.push(error),
  );
  return { fake, drains, errors, loads: () => loads };
};

describe('DrainsOnDemand', () => {
  it('loads nothing until something is drained, and then once', async () => {
    const { fake, drains, loads } = loaded();
    assert.deepEqual(drains.of(address.topologyId), []);
    assert.equal(drains.of('a'), drains.of('b'));
    drains.setAutomatic(address, false);
    assert.equal(loads(), 0);
    const told: string[] = [];
    drains.onDidChange((id) => told.push(id));
    await drains.drain(address, new CancelSource());
    drains.setAutomatic(address, true);
    await drains.drain(address, new CancelSource());
    assert.equal(loads(), 1);
    assert.deepEqual(fake.calls, ['drain', 'automatic on', 'drain']);
    const state = { address, progress: null, isAutomatic: true, last: null };
    fake.tell([state]);
    assert.deepEqual(told, [address.topologyId]);
    assert.deepEqual(drains.of(address.topologyId), [state]);
    await drains.dispose();
    assert.equal(fake.calls.at(-1), 'dispose');
  });

  it('tells that it could not be loaded', async () => {
    const errors: unknown[] = [];
    const drains = new DrainsOnDemand(
      () => Promise.reject(new Error('gone')),
      (error) => errors.push(error),
    );
    drains.setAutomatic(address, true);
    await assert.rejects(drains.drain(address, new CancelSource()), /gone/u);
    assert.equal(errors.length, 1);
    await drains.dispose();
  });
});

describe('DrainAudit', () => {
  it('writes each drain down once, with counts and without values', () => {
    const fake = new FakeDrains();
    const notes: string[] = [];
    new DrainAudit(fake, { note: (text) => notes.push(text) });
    const state = { address, progress: null, isAutomatic: true };
    fake.tell([{ ...state, last: null }]);
    const first = reportOf();
    fake.tell([{ ...state, last: first }]);
    fake.tell([{ ...state, last: first }]);
    assert.deepEqual(notes, [
      'Drain of vengeance to central: done after 4\u00a0s; 9,996 applied, 0 skipped, 3 conflicts, 0 dead',
    ]);
    fake.tell([{ ...state, last: reportOf({ end: { kind: 'cancelled' } }) }]);
    assert.equal(notes.length, 2);
  });

  it('names the kind of failure, not the words of the server', () => {
    const failure = {
      reason: 'other',
      text: 'central said: value "secret" is wrong',
      advice: null,
      sqlstate: '22000',
      serverMessage: 'value "secret" is wrong',
      endpoint: null,
      user: null,
    } as const;
    const note = drainNote(reportOf({ end: { kind: 'stopped', failure } }));
    assert.match(note, /stopped, other \(22000\)/u);
    assert.ok(!note.includes('secret'));
  });
});
