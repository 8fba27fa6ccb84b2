import assert from 'node:assert/strict';
import { forEachMajor } from '../../clusters/majors';
import { waitFor } from '../../clusters/waitFor';
import { QueueRig } from './queueRig';

forEachMajor('An edge that is set up', function (major) {
  let rig: QueueRig;

  before(async function () {
    rig = await QueueRig.start(major);
    await rig.everywhere(
      `CREATE TABLE public.jobs (id int PRIMARY KEY, title text);
       CREATE SCHEMA "Od""d"; CREATE TABLE "Od""d"."ta.ble" (k text, "Val.ue" jsonb, at timestamptz, PRIMARY KEY (k, at)) PARTITION BY RANGE (at);
       CREATE TABLE "Od""d".p1 PARTITION OF "Od""d"."ta.ble" DEFAULT`,
    );
    await rig.install(['public.jobs', '"Od""d"."ta.ble"'], { subscribe: true });
  });

  after(async () => {
    await rig.stop();
  });

  it('queues what it writes, and not what it is sent; an echo replaces its own row', async () => {
    await rig.edge.query(`INSERT INTO public.jobs VALUES (1, 'edge')`);
    await rig.edge.query(
      `INSERT INTO "Od""d"."ta.ble" VALUES ('a', 'null', '2000-01-01 00:00+02')`,
    );
    await rig.primary.query(`INSERT INTO public.jobs VALUES (1, 'echo'), (2, 'sent')`);
    await rig.primary.query(
      `INSERT INTO "Od""d"."ta.ble" VALUES ('a', '1', '1999-12-31 22:00+00')`,
    );
    await waitFor(
      async () => {
        const rows = [
          ...(await rig.rows(rig.edge, 'public.jobs')),
          ...(await rig.rows(rig.edge, '"Od""d"."ta.ble"')),
        ];
        return rows.join(' ').includes('(1,echo) (2,sent) (a,1,');
      },
      { what: 'the echo has replaced the row' },
    );
    assert.deepEqual(
      (await rig.queued()).map(({ table_name, key, data }) => [table_name, key, data]),
      [
        ['jobs', '{"id": 1}', '{"id": 1, "title": "edge"}'],
        [
          'ta.ble',
          '{"k": "a", "at": "1999-12-31T22:00:00+00:00"}',
          '{"k": "a", "at": "1999-12-31T22:00:00+00:00", "Val.ue": "null"}',
        ],
      ],
    );
  });
});
