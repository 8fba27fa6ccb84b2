import assert from 'node:assert/strict';
import { EXPLORER, ID, node, NOBODY, Rig } from './fixture';

describe('contact with servers', () => {
  let rig: Rig;
  beforeEach(() => {
    rig = new Rig();
  });
  afterEach(() => rig.dispose());

  for (const decision of ['restricted', 'notAsked'] as const) {
    it(`reads no file and opens no socket when the gate says ${decision}, whatever is called`, async () => {
      rig.gate.before = decision;
      await rig.show(node('a'), node('b'));
      await rig.monitor.refresh(null, 'manual');
      await rig.monitor.refresh({ topologyId: ID, nodeId: 'a' }, 'afterCommand');
      rig.monitor.connect({ topologyId: ID, nodeId: null });
      rig.monitor.recheckContact();
      rig.monitor.setAudience({ ...EXPLORER, dashboard: true });
      await rig.clock.advance(600_000);
      assert.equal(rig.gateway.resolutions, 0);
      assert.equal(rig.gateway.total('dials'), 0);
      assert.equal(rig.sample('a').contact, decision);
      assert.equal(rig.clock.pending, 0);
    });
  }

  it('is as the gate says in the very first snapshot', () => {
    rig.gate.before = 'restricted';
    rig.declare(node('a'));
    assert.equal(rig.sample('a').contact, 'restricted');
  });

  it('waits for consent to its endpoints, and starts when it is given', async () => {
    rig.gate.forEndpoints = 'notApproved';
    await rig.show(node('a'));
    await rig.clock.advance(600_000);
    assert.equal(rig.gateway.tally('a').dials, 0);
    assert.equal(rig.sample('a').contact, 'notApproved');
    assert.deepEqual(rig.gate.decided[0], [{ host: 'a.example', port: 5432 }]);
    rig.gate.forEndpoints = 'allowed';
    rig.monitor.recheckContact();
    await rig.clock.advance(60);
    assert.equal(rig.sample('a').contact, 'connected');
  });

  it('asks the gate before every dial', async () => {
    await rig.show(node('a'));
    rig.gate.forEndpoints = 'notApproved';
    rig.gateway.sessions[0]?.drop();
    await rig.clock.advance(5_060);
    assert.equal(rig.gateway.tally('a').dials, 1);
    assert.equal(rig.sample('a').contact, 'notApproved');
  });

  it('asks the gate once more after a wait for a place in the line', async () => {
    rig.declare(...Array.from({ length: 60 }, (_, index) => node(`n${index}`)));
    rig.monitor.setAudience(EXPLORER);
    await rig.clock.advance(0);
    const before = rig.gateway.total('dials');
    assert.ok(before > 0 && before < 60);
    rig.gate.before = 'restricted';
    await rig.clock.advance(10_000);
    assert.equal(rig.gateway.total('dials'), before);
  });

  it('closes sessions that the gate does not allow any more', async () => {
    await rig.show(node('a'));
    rig.gate.forEndpoints = 'notApproved';
    rig.monitor.recheckContact();
    await rig.clock.advance(60);
    assert.equal(rig.gateway.tally('a').open, 0);
    assert.equal(rig.sample('a').contact, 'notApproved');
    await rig.clock.advance(600_000);
    assert.equal(rig.gateway.tally('a').dials, 1);
  });

  it('cancels a statement under way when the gate shuts', async () => {
    await rig.show(node('a'));
    rig.gateway.server('a').fast = 'hang';
    await rig.clock.advance(5_000);
    rig.gate.before = 'restricted';
    rig.monitor.recheckContact();
    await rig.clock.advance(60);
    assert.equal(rig.gateway.total('busy'), 0);
    assert.equal(rig.sample('a').contact, 'restricted');
  });

  it('does not dial a node while nobody looks only because consent came', async () => {
    rig.gate.before = 'notAsked';
    rig.declare(node('a'));
    rig.monitor.setAudience(NOBODY);
    rig.gate.before = 'allowed';
    rig.monitor.recheckContact();
    await rig.clock.advance(600_000);
    assert.equal(rig.gateway.tally('a').dials, 0);
    assert.equal(rig.sample('a').contact, 'connecting');
  });

  describe('after Disconnect', () => {
    it('is silent until Connect, whatever else is asked', async () => {
      await rig.show(node('a'), node('b'));
      const gone = rig.monitor.disconnect({ topologyId: ID, nodeId: 'a' });
      await rig.clock.advance(60);
      await gone;
      assert.equal(rig.gateway.tally('a').open, 0);
      assert.equal(rig.sample('a').contact, 'disconnected');
      await rig.monitor.refresh(null, 'manual');
      rig.monitor.recheckContact();
      rig.monitor.setAudience(NOBODY);
      rig.monitor.setAudience(EXPLORER);
      await rig.clock.advance(600_000);
      assert.equal(rig.gateway.tally('a').dials, 1);
      assert.ok(rig.gateway.tally('b').fast > 100);
      rig.monitor.connect({ topologyId: ID, nodeId: 'a' });
      await rig.clock.advance(60);
      assert.equal(rig.sample('a').contact, 'connected');
    });

    it('has cancelled what was under way', async () => {
      rig.gateway.server('a').dial = 'hang';
      await rig.show(node('a'));
      const gone = rig.monitor.disconnect({ topologyId: ID, nodeId: null });
      await rig.clock.advance(60);
      await gone;
      assert.equal(rig.gateway.total('busy'), 0);
      assert.equal(rig.sample('a').contact, 'disconnected');
    });

    it('and Connect in one breath ends connected, over one session', async () => {
      await rig.show(node('a'));
      void rig.monitor.disconnect({ topologyId: ID, nodeId: null });
      rig.monitor.connect({ topologyId: ID, nodeId: null });
      await rig.clock.advance(60);
      assert.equal(rig.sample('a').contact, 'connected');
      assert.equal(rig.gateway.tally('a').mostOpen, 1);
    });
  });

  it('says connecting only until the first answer, not at every retry', async () => {
    rig.gateway.server('a').dial = 'refused';
    await rig.show(node('a'));
    rig.gateway.server('a').dial = 'hang';
    await rig.clock.advance(60_000);
    assert.equal(rig.sample('a').contact, 'failed');
  });
});
