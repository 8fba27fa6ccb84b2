import assert from 'node:assert/strict';
import { joinTopology, type JoinResult } from '../../../src/core/join/joinTopology';
import { EXPLORER, node, Rig } from './fixture';

describe('a workspace of 500 nodes', () => {
  it('starts spread out, is polled evenly, and ends without a trace', async () => {
    // One picture for all of the run: what a picture costs is not the question here.
    let picture: JoinResult | null = null;
    const rig = new Rig((input) => (picture ??= joinTopology(input)));
    for (let index = 0; index < 50; index += 1) rig.gateway.server(`n${index}`).dial = 'hang';
    rig.declare(...Array.from({ length: 500 }, (_, index) => node(`n${index}`)));
    rig.monitor.setAudience(EXPLORER);
    await rig.clock.advance(0);
    const atOnce = rig.gateway.total('dials');
    assert.ok(atOnce >= 20 && atOnce <= 21, `${atOnce} dials at once`);
    await rig.clock.advance(1_000);
    const aSecondLater = rig.gateway.total('dials');
    assert.ok(Math.abs(aSecondLater - 120) <= 2, `${aSecondLater} dials after a second`);
    await rig.clock.advance(4_500);
    assert.equal(rig.gateway.total('dials'), 500, 'fifty that hang held nobody up');
    const before = rig.gateway.total('fast');
    await rig.clock.advance(25_000);
    const polls = (rig.gateway.total('fast') - before) / 450;
    assert.ok(Math.abs(polls - 5) < 0.2, `${polls} polls a node in 25 s`);
    assert.ok(rig.clock.pending <= 501, 'one timer a node at most, and one for publishing');
    await rig.dispose();
  });

  it('spreads the dials where hundreds of ports are closed, for as long as they are', async () => {
    let picture: JoinResult | null = null;
    const rig = new Rig((input) => (picture ??= joinTopology(input)));
    const nodes = Array.from({ length: 200 }, (_, index) => node(`n${index}`));
    for (const { id } of nodes) rig.gateway.server(id).dial = 'refused';
    await rig.show(...nodes);
    await rig.clock.advance(60_000);
    const before = rig.gateway.total('dials');
    await rig.clock.advance(50_000);
    const dials = rig.gateway.total('dials') - before;
    assert.ok(Math.abs(dials - 1_000) <= 100, `${dials} dials in 50 s`);
    for (const { id } of nodes.slice(1)) rig.gateway.server(id).dial = null;
    await rig.clock.advance(20_000);
    const ofOne = rig.gateway.tally('n0').dials;
    await rig.clock.advance(50_000);
    const more = rig.gateway.tally('n0').dials - ofOne;
    assert.ok(more >= 9 && more <= 10, `${more} dials of the last one in 50 s`);
    await rig.dispose();
  });

  it('is gone within the time limit though nothing answers', async () => {
    const rig = new Rig();
    await rig.show(node('a'));
    rig.gateway.server('a').fast = 'hang';
    await rig.clock.advance(5_000);
    const disposed = rig.monitor.dispose();
    await rig.clock.advance(0);
    await disposed;
    await rig.dispose();
    rig.monitor.setTopologies([]);
    rig.monitor.setAudience({ ...EXPLORER, dashboard: true });
    rig.monitor.setPolling(1, true);
    assert.equal(rig.clock.pending, 0, 'nothing starts again afterwards');
  });
});
