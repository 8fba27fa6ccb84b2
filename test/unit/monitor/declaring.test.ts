import assert from 'node:assert/strict';
import { ID, node, Rig, topology } from './fixture';

const moved = (id: string, host: string) => node(id, { connection: { host } });

describe('what the file declares', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.dispose());

  it('is in the first snapshot before anything was asked', () => {
    rig.declare(node('a'), node('b'));
    const [snapshot] = rig.monitor.current();
    assert.deepEqual(
      snapshot?.nodes.map(({ id }) => id),
      ['a', 'b'],
    );
    assert.equal(snapshot.id, ID);
    assert.equal(rig.published.length, 1);
  });

  it('leaves unchanged nodes alone, starts new ones and closes those that are gone', async () => {
    await rig.show(node('a'), node('b'));
    rig.declare(node('a'), node('c'));
    await rig.clock.advance(100);
    assert.deepEqual([rig.gateway.tally('a').dials, rig.gateway.tally('a').fast], [1, 1]);
    assert.deepEqual([rig.gateway.tally('b').dials, rig.gateway.tally('b').open], [1, 0]);
    assert.deepEqual([rig.gateway.tally('c').dials, rig.gateway.tally('c').fast], [1, 1]);
    await rig.clock.advance(60_000);
    assert.equal(rig.gateway.tally('b').fast, 1);
    assert.deepEqual(
      rig.monitor.current()[0]?.nodes.map(({ id }) => id),
      ['a', 'c'],
    );
  });

  it('is not disturbed by a file that is written a hundred times without a change', async () => {
    await rig.show(node('a'));
    const before = rig.monitor.current();
    for (let times = 0; times < 100; times += 1) {
      rig.declare(node('a'));
      await rig.clock.advance(10);
    }
    assert.equal(rig.gateway.tally('a').dials, 1);
    assert.equal(rig.monitor.current(), before);
  });

  it('dials a connection that is being typed once it came to rest', async () => {
    await rig.show(node('a'));
    for (let times = 0; times < 100; times += 1) {
      rig.declare(moved('a', `host-${times}`));
      await rig.clock.advance(10);
    }
    assert.deepEqual([rig.gateway.tally('a').dials, rig.gateway.tally('a').open], [1, 0]);
    assert.equal(rig.sample('a').fast, null, 'facts of another server are not shown');
    await rig.clock.advance(400);
    assert.equal(rig.gateway.tally('a').dials, 2);
    assert.equal(rig.sample('a').endpoint?.host, 'host-99');
  });

  it('opens the session anew for another queue table, and keeps what it knows meanwhile', async () => {
    const queue = { primary: 'b', capture: 'trigger', tables: [] } as const;
    const edge = (name: string) =>
      node('a', { pendingSync: { ...queue, table: { schema: 'public', name } } });
    await rig.show(edge('one'), node('b'));
    const before = rig.sample('a').fast;
    rig.declare(edge('two'), node('b'));
    await rig.clock.advance(100);
    assert.equal(rig.sample('a').fast, before);
    await rig.clock.advance(300);
    assert.equal(rig.gateway.tally('a').dials, 2);
    assert.equal(rig.gateway.tally('b').dials, 1);
    assert.equal(rig.gateway.sessions.at(-1)?.node.pendingSync?.table.name, 'two');
  });

  it('keeps the session of a primary when an edge that drains to it comes or leaves, and looks anew', async () => {
    const table = { schema: 'public', name: 'q' };
    const queue = { primary: 'p', capture: 'trigger', tables: [], table, drainUser: 'd' } as const;
    const edge = (id: string) => node(id, { pendingSync: queue });
    await rig.show(node('p'), edge('a'), edge('b'));
    const before = rig.gateway.tally('p').slow;
    rig.declare(node('p'), edge('a'));
    await rig.clock.advance(5_000);
    assert.deepEqual([rig.gateway.tally('p').dials, rig.gateway.tally('p').open], [1, 1]);
    const said = rig.gateway.sessions.find(({ node: { id } }) => id === 'p')?.node;
    assert.deepEqual([said?.drainedFrom, said?.drainUsers], [['a'], ['d']]);
    assert.equal(rig.gateway.tally('p').slow, before + 1);
    assert.equal(rig.gateway.tally('a').dials, 1);
    rig.declare(node('p'), node('a'));
    await rig.clock.advance(5_000);
    assert.equal(rig.gateway.tally('p').dials, 1);
    assert.equal(rig.gateway.tally('p').slow, before + 2);
  });

  it('gives a node with a refused password another try when its connection changes', async () => {
    rig.gateway.server('a').dial = 'passwordRefused';
    await rig.show(node('a'));
    rig.gateway.server('a').dial = null;
    rig.declare(moved('a', 'elsewhere'));
    await rig.clock.advance(500);
    assert.equal(rig.sample('a').contact, 'connected');
  });

  it('keeps a disconnected node disconnected', async () => {
    await rig.show(node('a'));
    void rig.monitor.disconnect({ topologyId: ID, nodeId: 'a' });
    await rig.clock.advance(60);
    rig.declare(moved('a', 'elsewhere'));
    await rig.clock.advance(60_000);
    assert.equal(rig.gateway.tally('a').dials, 1);
    assert.equal(rig.sample('a').contact, 'disconnected');
  });

  it('follows the order of files, and forgets a file that is gone', async () => {
    const one = { id: 'file:///1', topology: topology(node('a')) };
    const two = { id: 'file:///2', topology: topology(node('b')) };
    await rig.show(node('x'));
    rig.monitor.setTopologies([two, one]);
    await rig.clock.advance(60);
    assert.deepEqual(
      rig.monitor.current().map(({ id }) => id),
      ['file:///2', 'file:///1'],
    );
    rig.monitor.setTopologies([one]);
    await rig.clock.advance(60);
    assert.deepEqual(
      rig.monitor.current().map(({ id }) => id),
      ['file:///1'],
    );
    assert.equal(rig.gateway.tally('b').open, 0);
    assert.equal(rig.gateway.tally('x').open, 0);
    assert.equal(rig.gateway.tally('a').dials, 1);
  });

  it('survives a cycle that is being edited', async () => {
    await rig.show(node('a', { standbyOf: 'b' }), node('b', { standbyOf: 'a' }));
    assert.equal(rig.sample('a').contact, 'connected');
  });
});
