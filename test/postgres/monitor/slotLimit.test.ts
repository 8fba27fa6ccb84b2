import assert from 'node:assert/strict';
import { EVIDENCE_OBJECTS, evidenceQuery } from '../../../src/core/diagnosis/evidenceQuery';
import type { SlotSnapshot } from '../../../src/core/snapshot';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { nodeAt } from '../pg/support';
import { Looks } from './looks';

const SLOT = 'left_behind';
const STEP_BYTES = 2 * 1024 ** 2;
const STEP_MS = 10_000;
/** More than 64 MB and the segments that the server rounds by. */
const MOST_STEPS = 80;

forEachMajor('time to the limit of a slot', (major) => {
  const clusters = new Clusters(major);
  let central: Cluster;

  before(async () => {
    central = await clusters.add('central', { conf: { max_slot_wal_keep_size: '64MB' } });
    await central.start();
  });

  after(() => clusters.stop());

  it('is told with statements that this version has', async () => {
    const [row] = await central.query<{ version: string }>(
      "SELECT current_setting('server_version_num') AS version",
    );
    const version = Number(row?.version);
    // Outside recovery there is nothing to pause.
    const objects = EVIDENCE_OBJECTS.filter((name) => name !== 'pg_get_wal_replay_pause_state()');
    for (const object of objects) {
      for (const name of [null, 'it\'s \\ "odd"']) {
        const query = evidenceQuery(object, { version, slot: name, subscription: name });
        assert.ok(query !== null, object);
        await assert.doesNotReject(central.query(query), object);
      }
    }
  });

  it('is right at half-way, and red before the slot is lost', async () => {
    await central.query('SELECT pg_create_physical_replication_slot($1, true)', [SLOT]);
    // The clock goes by what is written, so that the load is steady however busy this machine is.
    let nowMs = 1_800_000_000_000;
    const node = nodeAt(central, { id: 'central', params: { user: 'postgres' } });
    const looks = new Looks([node], () => nowMs);
    const seen: SlotSnapshot[] = [];
    try {
      for (let step = 0; step < MOST_STEPS; step += 1) {
        const found = (await looks.look()).slots.find(({ name }) => name === SLOT);
        assert.ok(found, 'the slot is there');
        if (found.verdict.code === 'slotLost') break;
        seen.push(found);
        await central.query("SELECT pg_logical_emit_message(false, 'load', repeat('x', $1))", [
          STEP_BYTES,
        ]);
        // What is beyond the limit is removed by a checkpoint, whenever that comes.
        await central.query('CHECKPOINT');
        nowMs += STEP_MS;
      }
    } finally {
      await looks.close();
    }
    assert.ok(seen.length < MOST_STEPS, 'it was lost');
    const half = Math.floor(seen.length / 2);
    const estimate = seen[half]?.toLimit;
    const leftMs = (seen.length - half) * STEP_MS;
    assert.equal(estimate?.pace, 'approaching');
    const ratio = (estimate.ms ?? 0) / leftMs;
    assert.ok(ratio > 0.8 && ratio < 1.2, `${estimate.ms} ms said, ${leftMs} ms were left`);
    const states = seen.map(({ verdict }) => `${verdict.code} ${verdict.health}`);
    const red = states.indexOf('nearLimit error');
    assert.ok(red > 0 && red < seen.length, states.join(', '));
    assert.deepEqual([...new Set(states.slice(red))], ['nearLimit error'], 'it stays red');
  });
});
