import assert from 'node:assert/strict';
import type { SetupFacts } from '../../../src/core/setup/setupFacts';
import { createLogin } from '../../clusters/access';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { never } from '../pg/support';
import { administered, makeGateways } from './changeSupport';
import { untilReplayed } from './planRig';

forEachMajor('What is read of a set-up', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let reader: Cluster;

  before(async function () {
    clusters = new Clusters(major);
    central = await (await clusters.add('central', { conf: { wal_level: 'logical' } })).start();
    reader = await (await clusters.addStandby('reader', central, { slot: 'reader' })).start();
    await createLogin(central, 'guest');
    await central.query(`CREATE TABLE public.job (id serial PRIMARY KEY, n int GENERATED ALWAYS AS IDENTITY);
      CREATE SEQUENCE public.free; INSERT INTO public.job DEFAULT VALUES`);
    await untilReplayed(reader, central);
  });

  after(async () => {
    await clusters.stop();
  });

  async function read(cluster: Cluster, user: string | null = null): Promise<SetupFacts> {
    const node = administered(cluster, user, { id: cluster.name });
    const access = { user: null, mayWrite: false };
    const session = await makeGateways().changes.openChange(node, access, never());
    try {
      return await session.readSetup();
    } finally {
      await session.close();
    }
  }

  it('settings, rules, senders and sequences of a primary', async () => {
    const facts = await read(central);
    assert.equal(facts.settings['wal_level']?.text, 'logical');
    assert.equal(facts.settings['max_standby_streaming_delay']?.text, '30s');
    assert.equal(facts.settings['max_standby_streaming_delay'].number, 30_000);
    assert.equal(facts.primaryConninfo, null);
    assert.equal(facts.hba?.length, central.readHba().length);
    assert.deepEqual(
      facts.hba.find(({ address }) => address === '127.0.0.1')?.netmask,
      '255.255.255.255',
    );
    assert.equal(facts.hba[0]?.file === null, major < 16);
    assert.deepEqual(
      facts.senders.map(({ applicationName, clientAddress, isTls }) => [
        applicationName,
        clientAddress,
        isTls,
      ]),
      [['reader', '127.0.0.1', false]],
    );
    assert.deepEqual(
      facts.sequences.map(({ name, column, lastValue }) => `${name} ${column} ${lastValue ?? '-'}`),
      ['job_id_seq id 1', 'job_n_seq n 1'],
    );
    assert.equal(facts.ownAddress, '127.0.0.1');
    assert.ok(facts.wal.currentLsn !== null && facts.wal.replayLsn === null);
    assert.ok(facts.mayPromote && facts.mayPauseReplay);
  });

  it('a standby: where it streams from, and nothing else of its connection string', async () => {
    const found = await read(reader);
    assert.deepEqual(found.primaryConninfo, {
      host: '127.0.0.1',
      applicationName: 'reader',
      dbname: null,
      sslmode: null,
    });
    assert.ok(found.wal.currentLsn === null && found.wal.replayLsn !== null);
    assert.equal(found.wal.replayPauseState, 'not paused');
    const conninfos = [
      String.raw`user=u password=''a\'' host=c4n4ry dbname=c4n4ry'' host=''db 1''`,
      `postgresql://u:sslmode=c4n4ry@db/app`,
    ];
    for (const conninfo of conninfos) {
      await reader.query(
        `ALTER SYSTEM SET primary_conninfo = E'${conninfo.replaceAll('\\', '\\\\')}'`,
      );
      await reader.reload();
      const facts = await read(reader);
      assert.ok(!JSON.stringify(facts).includes('c4n4ry'), JSON.stringify(facts.primaryConninfo));
    }
    await reader.query('ALTER SYSTEM RESET primary_conninfo');
    await reader.reload();
  });

  it('a role without privileges gets less, and no failure', async () => {
    const facts = await read(central, 'guest');
    assert.equal(facts.hba, null);
    assert.deepEqual(facts.settingFiles, []);
    assert.equal(facts.mayPromote, false);
    assert.deepEqual(
      facts.sequences.map(({ isReadable, lastValue }) => [isReadable, lastValue]),
      [
        [false, null],
        [false, null],
      ],
    );
    assert.equal((await read(reader, 'guest')).primaryConninfo, null);
  });
});
