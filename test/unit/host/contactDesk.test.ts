import assert from 'node:assert/strict';
import { approvalKey, decideContact, endpointsToApprove } from '../../../src/core/contactRule';
import type { Endpoint } from '../../../src/core/failure';
import type { TopologyNode } from '../../../src/core/topology';
import { ContactDesk, type ContactMemory, type Waiting } from '../../../src/host/contactDesk';
import { declared, snapshot } from '../core/describe/makeSnapshot';

const nodes = ['near', 'far', 'farther'].map((id) => declared(id));
const ENDPOINTS: Readonly<Record<string, readonly Endpoint[]>> = {
  near: [{ host: '127.0.0.1', port: 5432 }],
  far: [{ host: 'db.example.com', port: 5432 }],
  farther: [
    { host: 'db.example.com', port: 5432 },
    { host: 'db-r1.example.com', port: 5432 },
  ],
};
const FILE = 'file:///folder/pg-topology.json';
const entry = { id: FILE, topology: snapshot({ nodes }).topology };

/** The gate's memory of one folder, without an editor. */
class FolderMemory implements ContactMemory {
  hasActed = false;
  readonly approved = new Set<string>();
  readonly declined = new Set<string>();

  constructor(private readonly isTrusted: boolean) {}

  private get state() {
    return { isTrusted: this.isTrusted, hasActed: this.hasActed, approved: this.approved };
  }

  decideBeforeResolving = () => decideContact(this.state, []);
  decide = (_id: string, endpoints: readonly Endpoint[]) => decideContact(this.state, endpoints);
  waitingFor = (_id: string, endpoints: readonly Endpoint[]) =>
    endpointsToApprove(this.state, endpoints);
  wasDeclined = (_id: string, endpoint: Endpoint) => this.declined.has(approvalKey(endpoint));

  rememberAct(): Promise<void> {
    this.hasActed = true;
    return Promise.resolve();
  }

  rememberActEverywhere(): Promise<void> {
    return this.rememberAct();
  }

  approve(_id: string, endpoints: readonly Endpoint[]): Promise<void> {
    for (const endpoint of endpoints) this.approved.add(approvalKey(endpoint));
    return Promise.resolve();
  }

  decline(_id: string, endpoints: readonly Endpoint[]): Promise<void> {
    for (const endpoint of endpoints) this.declined.add(approvalKey(endpoint));
    return Promise.resolve();
  }
}

interface Rig {
  readonly desk: ContactDesk;
  readonly memory: FolderMemory;
  /** Hosts of each question, in the order they were asked. */
  readonly questions: string[][];
  readonly resolved: string[];
  readonly rechecks: () => number;
}

/** @param answer which of the waiting hosts the user ticks. */
function makeRig(answer: (waiting: Waiting) => boolean, isTrusted = true): Rig {
  const memory = new FolderMemory(isTrusted);
  const questions: string[][] = [];
  const resolved: string[] = [];
  let rechecks = 0;
  const desk = new ContactDesk({
    gate: memory,
    gateway: {
      endpointsOf: (node: TopologyNode) => {
        resolved.push(node.id);
        return Promise.resolve(ENDPOINTS[node.id] ?? []);
      },
    },
    monitor: { recheckContact: () => (rechecks += 1) },
    entries: () => [entry],
    isTrusted: () => isTrusted,
    ask: (waiting) => {
      questions.push(waiting.map(({ endpoint }) => endpoint.host));
      return Promise.resolve(waiting.filter(answer));
    },
  });
  return { desk, memory, questions, resolved, rechecks: () => rechecks };
}

describe('ContactDesk', () => {
  it('asks about all hosts in one list, once, and never about this machine', async () => {
    const rig = makeRig(() => true);
    assert.equal(await rig.desk.act(), true);
    assert.deepEqual(rig.questions, [['db.example.com', 'db-r1.example.com']]);
    await rig.desk.act();
    assert.equal(rig.questions.length, 1);
    assert.deepEqual([...rig.memory.approved], ['db.example.com:5432', 'db-r1.example.com:5432']);
  });

  it('says which nodes are behind a host', async () => {
    let seen: readonly string[] = [];
    const rig = makeRig((waiting) => {
      if (waiting.endpoint.host === 'db.example.com') seen = waiting.nodeIds;
      return true;
    });
    await rig.desk.act();
    assert.deepEqual(seen, ['far', 'farther']);
  });

  it('lets loopback go on before the question is answered', async () => {
    const rig = makeRig(() => false);
    const asked = rig.desk.act();
    await Promise.resolve();
    await Promise.resolve();
    assert.equal(rig.memory.decide(FILE, ENDPOINTS['near'] ?? []), 'allowed');
    await asked;
    assert.equal(rig.rechecks(), 1);
  });

  it('does not nag: what was left out is asked about again only by a command on it', async () => {
    const rig = makeRig(() => false);
    await rig.desk.act();
    await rig.desk.act();
    assert.equal(rig.questions.length, 1);
    await rig.desk.actOn({ topologyId: FILE, nodeId: 'far' });
    assert.deepEqual(rig.questions[1], ['db.example.com']);
    assert.equal(rig.memory.approved.size, 0);
  });

  it('asks one question at a time', async () => {
    const rig = makeRig(() => true);
    await Promise.all([rig.desk.act(), rig.desk.act(), rig.desk.actOn(null)]);
    assert.equal(rig.questions.length, 1);
  });

  it('does nothing at all in Restricted Mode, and resolves no host', async () => {
    const rig = makeRig(() => true, false);
    assert.equal(await rig.desk.act(), false);
    assert.equal(await rig.desk.actOn({ topologyId: FILE, nodeId: 'near' }), false);
    assert.deepEqual([rig.questions, rig.resolved, rig.rechecks()], [[], [], 0]);
    assert.equal(rig.memory.hasActed, false);
  });

  it('allows a dial past the monitor only where the rule does', async () => {
    const rig = makeRig(({ endpoint }) => endpoint.host === 'db.example.com');
    const [near, far, farther] = nodes;
    assert.ok(near && far && farther);
    assert.equal(await rig.desk.allows(FILE, near), false);
    await rig.desk.act();
    assert.equal(await rig.desk.allows(FILE, near), true);
    assert.equal(await rig.desk.allows(FILE, far), true);
    assert.equal(await rig.desk.allows(FILE, farther), false);
  });
});
