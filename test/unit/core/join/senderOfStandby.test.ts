import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import type { FastFacts, SenderFacts } from '../../../../src/core/facts';
import { emptyMemory } from '../../../../src/core/join/memory';
import { buildScene, type NodeView } from '../../../../src/core/join/scene';
import { matchSenders, type SenderMatch } from '../../../../src/core/join/senderOfStandby';
import type { NodeSample } from '../../../../src/core/snapshot';
import type { TopologyNode } from '../../../../src/core/topology';
import {
  answered,
  failed,
  INACTIVE,
  logicalSlot,
  noContact,
  node,
  primary,
  receiver,
  sender,
  slot,
  standby,
  T0,
  topology,
} from './builders';

interface Standby {
  readonly declared: TopologyNode;
  readonly sample: NodeSample;
}

function views(standbys: readonly Standby[]): readonly NodeView[] {
  const file = topology([node('central'), ...standbys.map(({ declared }) => declared)]);
  const samples = new Map(standbys.map(({ declared, sample }) => [declared.id, sample]));
  const scene = buildScene(file, samples, emptyMemory(), T0, 1_000);
  return standbys.flatMap(({ declared }) => scene.views.get(declared.id) ?? []);
}

function match(upstream: FastFacts, ...standbys: readonly Standby[]): Record<string, string> {
  const found = matchSenders(upstream, views(standbys));
  return Object.fromEntries([...found].map(([id, result]) => [id, say(result)]));
}

function say(result: SenderMatch): string {
  return result.kind === 'found' ? `pid ${result.sender.pid}` : result.kind;
}

/** A standby that answers and receives; without a slot unless named. */
function receiving(
  id: string,
  named: Parameters<typeof receiver>[0] = {},
  host = '127.0.0.1',
  slotInFile: string | null = null,
): Standby {
  return {
    declared: node(id, { standbyOf: 'central', slot: slotInFile }),
    sample: answered(standby({ receiver: receiver(named) }), T0, {
      endpoint: { host, port: 5432 },
    }),
  };
}

const away = (id: string, slotInFile: string | null = null): Standby => ({
  declared: node(id, { standbyOf: 'central', slot: slotInFile }),
  sample: failed('refused'),
});

const named = (pid: number, applicationName: string, address: string | null = null): SenderFacts =>
  sender({ pid, applicationName, clientAddress: address });

describe('which sender serves a standby', () => {
  it('is the one on the slot that the file names', () => {
    const upstream = primary({
      senders: [sender({ pid: 1 }), sender({ pid: 2 })],
      slots: [slot('a', { activePid: 2 }), slot('b', { activePid: 1 })],
    });
    assert.deepEqual(match(upstream, receiving('x', { slotName: 'a' }, '::1', 'a')), {
      x: 'pid 2',
    });
    assert.deepEqual(match(upstream, away('x', 'b')), { x: 'pid 1' });
  });

  it('is the one on the slot that the receiver uses, if the file names none or another', () => {
    const upstream = primary({
      senders: [sender({ pid: 1 }), sender({ pid: 2 })],
      slots: [slot('a', { activePid: 2 }), slot('b', INACTIVE)],
    });
    assert.deepEqual(match(upstream, receiving('x', { slotName: 'a' })), { x: 'pid 2' });
    assert.deepEqual(match(upstream, receiving('x', { slotName: 'a' }, '::1', 'b')), {
      x: 'pid 2',
    });
  });

  it('is none when its slot has no reader, whatever other senders are called', () => {
    const upstream = primary({ senders: [sender()], slots: [slot('a', INACTIVE)] });
    assert.deepEqual(match(upstream, receiving('x', { slotName: 'a' })), { x: 'none' });
    assert.deepEqual(match(upstream, away('x', 'a')), { x: 'none' });
  });

  it('is none when its slot is not one of this server', () => {
    const upstream = primary({ senders: [sender()] });
    assert.deepEqual(match(upstream, receiving('x', { slotName: 'elsewhere' })), { x: 'none' });
  });

  it('never takes a logical slot of the same name', () => {
    const upstream = primary({
      senders: [sender({ pid: 5 })],
      slots: [logicalSlot('a', { activePid: 5 })],
    });
    assert.deepEqual(match(upstream, receiving('x', { slotName: 'a' }, '::1', 'a')), { x: 'none' });
  });

  it('is the one of the same application_name without a slot', () => {
    const upstream = primary({ senders: [named(1, 'east'), named(2, 'west')] });
    const found = match(
      upstream,
      receiving('x', { applicationName: 'west' }),
      receiving('y', { applicationName: 'east' }),
    );
    assert.deepEqual(found, { x: 'pid 2', y: 'pid 1' });
  });

  it('is not one that holds another slot, though the name fits', () => {
    const upstream = primary({
      senders: [named(1, 'walreceiver'), named(2, 'walreceiver')],
      slots: [slot('other', { activePid: 1 })],
    });
    assert.deepEqual(match(upstream, receiving('x')), { x: 'pid 2' });
  });

  it('is told by address when several have the name', () => {
    const upstream = primary({
      senders: [named(1, 'walreceiver', '10.0.0.7'), named(2, 'walreceiver', '10.0.0.8')],
    });
    assert.deepEqual(match(upstream, receiving('x', {}, '10.0.0.8')), { x: 'pid 2' });
    assert.deepEqual(match(upstream, receiving('x', {}, '10.0.0.8'), receiving('y', {}, 'db-y')), {
      x: 'pid 2',
      y: 'pid 1',
    });
  });

  it('is ambiguous when name and address leave several, or one for two', () => {
    const two = primary({ senders: [named(1, 'walreceiver'), named(2, 'walreceiver')] });
    assert.deepEqual(match(two, receiving('x')), { x: 'ambiguous' });
    assert.deepEqual(match(two, receiving('x'), receiving('y')), {
      x: 'ambiguous',
      y: 'ambiguous',
    });
    const one = primary({ senders: [named(1, 'walreceiver')] });
    assert.deepEqual(match(one, receiving('x'), receiving('y')), {
      x: 'ambiguous',
      y: 'ambiguous',
    });
  });

  it('is not told by a loopback address: behind tunnels every server has that', () => {
    const upstream = primary({
      senders: [named(1, 'walreceiver', '127.0.0.1'), named(2, 'walreceiver', '10.0.0.8')],
    });
    assert.deepEqual(match(upstream, receiving('x', {}, '127.0.0.1')), { x: 'ambiguous' });
  });

  it('is none for a standby that says it has no receiver', () => {
    const upstream = primary({ senders: [named(1, 'walreceiver')] });
    const idle: Standby = {
      declared: node('x', { standbyOf: 'central' }),
      sample: answered(standby({ receiver: null })),
    };
    assert.deepEqual(match(upstream, idle, receiving('y')), { x: 'none', y: 'pid 1' });
  });

  it('is remembered by name for a standby that is away now', () => {
    const upstream = primary({ senders: [named(1, 'east'), named(2, 'west')] });
    const before = answered(standby({ receiver: receiver({ applicationName: 'west' }) }));
    const gone: Standby = {
      declared: node('x', { standbyOf: 'central' }),
      sample: failed('silent', before),
    };
    assert.deepEqual(match(upstream, gone), { x: 'pid 2' });
  });

  it('is not guessed for a standby that was never read', () => {
    const upstream = primary({ senders: [named(1, 'x')] });
    assert.deepEqual(match(upstream, away('x')), { x: 'unidentified' });
    const unasked = {
      declared: node('x', { standbyOf: 'central' }),
      sample: noContact('notAsked'),
    };
    assert.deepEqual(match(upstream, unasked), { x: 'unidentified' });
    assert.deepEqual(match(primary(), away('x')), { x: 'none' });
  });

  it('is not guessed where the receiver is hidden from our role', () => {
    const upstream = primary({ senders: [named(1, 'walreceiver')] });
    const hidden = receiving('x', { isVisible: false, applicationName: null });
    assert.deepEqual(match(upstream, hidden), { x: 'hidden' });
  });

  it('leaves out base backups and table copies', () => {
    const upstream = primary({
      senders: [
        named(1, 'pg_basebackup'),
        sender({ pid: 2, state: 'backup' }),
        named(3, 'pg_16400_sync_16390_7710400000000000002'),
        named(4, 'walreceiver'),
      ],
    });
    assert.deepEqual(match(upstream, receiving('x')), { x: 'pid 4' });
  });

  it('does not depend on the order of standbys, senders or slots', () => {
    const names = fc.constantFrom('walreceiver', 'east', 'west');
    const addresses = fc.constantFrom('10.0.0.7', '10.0.0.8', '127.0.0.1');
    const slotNames = fc.constantFrom(null, 'a', 'b');
    const standbysOf = fc.array(fc.record({ name: names, host: addresses, slotName: slotNames }), {
      maxLength: 4,
    });
    const sendersOf = fc.array(fc.record({ name: names, address: addresses }), { maxLength: 4 });
    const property = fc.property(
      standbysOf,
      sendersOf,
      fc.constantFrom(1, 2, 3),
      fc.func(fc.integer()),
      (standbyRows, senderRows, slotPid, order) => {
        const standbys = standbyRows.map(({ name, host, slotName }, index) =>
          receiving(`s${index}`, { applicationName: name, slotName }, host),
        );
        const senders = senderRows.map(({ name, address }, index) =>
          named(index + 1, name, address),
        );
        const slots = [slot('a', { activePid: slotPid }), slot('b', INACTIVE)];
        const shuffled = <T>(items: readonly T[]): T[] =>
          items
            .map((item, index) => ({ item, at: order(index) }))
            .sort((a, b) => a.at - b.at)
            .map(({ item }) => item);
        const straight = match(primary({ senders, slots }), ...standbys);
        const mixed = match(
          primary({ senders: shuffled(senders), slots: shuffled(slots) }),
          ...shuffled(standbys),
        );
        assert.deepEqual(mixed, straight);
        const pids = Object.entries(straight)
          .filter(([id, result]) => {
            const row = standbyRows[Number(id.slice(1))];
            return result.startsWith('pid') && row?.slotName === null;
          })
          .map(([, result]) => result);
        assert.equal(new Set(pids).size, pids.length, 'one sender for two standbys');
      },
    );
    fc.assert(property);
  });
});
