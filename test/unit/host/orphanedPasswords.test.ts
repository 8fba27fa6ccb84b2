import assert from 'node:assert/strict';
import type { TopologyEntry } from '../../../src/core/ports/topologyMonitor';
import { DEFAULT_THRESHOLDS, type TopologyNode } from '../../../src/core/topology';
import { OrphanedPasswords } from '../../../src/host/orphanedPasswords';
import { MemorySecrets, nodeAt } from '../../postgres/pg/support';

describe('passwords of nodes that left the file', () => {
  const central = nodeAt({ port: 5432 }, { id: 'central' });
  const genesis = nodeAt({ port: 5433 }, { id: 'genesis' });
  const keyOf = (node: TopologyNode): string => `key ${node.connection['port'] ?? ''}`;

  interface Desk {
    readonly secrets: MemorySecrets;
    readonly questions: string[];
    readonly follow: (...nodes: readonly TopologyNode[]) => Promise<void>;
  }

  function open(answer: boolean, isTrusted = true): Desk {
    const secrets = new MemorySecrets();
    for (const node of [central, genesis]) secrets.values.set(keyOf(node), 'secret');
    const questions: string[] = [];
    const orphans = new OrphanedPasswords({
      keysOf: (node) => Promise.resolve([keyOf(node)]),
      secrets,
      isTrusted: () => isTrusted,
      ask: (nodeId) => {
        questions.push(nodeId);
        return Promise.resolve(answer);
      },
    });
    return { secrets, questions, follow: (...nodes) => orphans.follow(entriesOf(nodes)) };
  }

  it('are deleted when the user says so, and no other', async () => {
    const { secrets, questions, follow } = open(true);
    await follow(central, genesis);
    await follow(central);
    assert.deepEqual(questions, ['genesis']);
    assert.deepEqual([...secrets.values.keys()], [keyOf(central)]);
  });

  it('stay when the user keeps them, who is asked once', async () => {
    const { secrets, questions, follow } = open(false);
    await follow(central, genesis);
    await follow(central);
    await follow(central, genesis);
    await follow(central);
    assert.deepEqual(questions, ['genesis']);
    assert.equal(secrets.values.size, 2);
  });

  it('are not asked about when nothing is stored', async () => {
    const { secrets, questions, follow } = open(true);
    secrets.values.delete(keyOf(genesis));
    await follow(central, genesis);
    await follow(central);
    assert.deepEqual(questions, []);
  });

  it('stay without a question while a node of another name has the same address', async () => {
    const { secrets, questions, follow } = open(true);
    const renamed = { ...genesis, id: 'renamed', connection: { ...genesis.connection, x: 'y' } };
    await follow(central, genesis);
    await follow(central, renamed);
    assert.deepEqual(questions, []);
    assert.equal(secrets.values.size, 2);
  });

  it('are not touched in Restricted Mode', async () => {
    const { secrets, questions, follow } = open(true, false);
    await follow(central, genesis);
    await follow(central);
    assert.deepEqual(questions, []);
    assert.equal(secrets.reads, 0);
  });
});

function entriesOf(nodes: readonly TopologyNode[]): readonly TopologyEntry[] {
  const topology = {
    name: 'Cloud',
    environment: 'development',
    nodes,
    consumers: [],
    thresholds: DEFAULT_THRESHOLDS,
  } as const;
  return [{ id: 'file:///folder/pg-topology.json', topology }];
}
