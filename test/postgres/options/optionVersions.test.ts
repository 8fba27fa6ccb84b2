import assert from 'node:assert/strict';
import { majorOf } from '../../../src/core/plan/nodeFindings';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import { planAlterSubscription } from '../../../src/core/plan/planAlterSubscription';
import { planCreatePublication } from '../../../src/core/plan/planCreatePublication';
import { planCreateSubscription } from '../../../src/core/plan/planCreateSubscription';
import { ALL_OPERATIONS } from '../../../src/core/plan/publicationSql';
import type { CreatePublicationRequest, PlanContext } from '../../../src/core/plan/requests';
import { publicationSchema } from '../../../src/topologyFile/publicationSchema';
import { subscriptionSchema } from '../../../src/topologyFile/subscriptionSchema';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import { addressOf, PlanRig } from '../plans/planRig';
import {
  ALTERED_OPTIONS,
  PUBLICATION_OPTIONS,
  SUBSCRIPTION_OPTIONS,
  type OptionCase,
} from './optionCases';

describe('The options that versions are tried with', () => {
  it('are all that a publication or subscription has in the file', () => {
    const tried = (cases: readonly OptionCase<unknown>[]): readonly string[] =>
      [...new Set(cases.map(({ option }) => option))].sort();
    const said = ['publisher', 'publications', 'connection', 'expect'];
    assert.deepEqual(
      tried(SUBSCRIPTION_OPTIONS),
      Object.keys(subscriptionSchema.shape)
        .filter((key) => !said.includes(key))
        .sort(),
    );
    assert.deepEqual(
      tried(PUBLICATION_OPTIONS),
      [...Object.keys(publicationSchema.shape), 'tables.columns', 'tables.where'].sort(),
    );
  });
});

forEachMajor('Options by version', function (major) {
  let clusters: Clusters;
  let central: Cluster;
  let edge: Cluster;
  let rig: PlanRig;
  let context: PlanContext;

  before(async function () {
    clusters = new Clusters(major);
    const conf = {
      max_replication_slots: 60,
      wal_retrieve_retry_interval: '10min',
      ...(major >= 18 ? { max_active_replication_origins: 60 } : {}),
    };
    central = await clusters.add('central', { conf });
    edge = await clusters.add('edge', { conf });
    await Promise.all([central.start(), edge.start()]);
    const table = `CREATE TABLE item (id int PRIMARY KEY, note text);`;
    await central.query(
      `${table} CREATE PUBLICATION item_pub FOR TABLE item; CREATE SCHEMA shop; CREATE TABLE shop.sale (id int PRIMARY KEY)`,
    );
    await edge.query(`${table} INSERT INTO item VALUES (1)`);
    await edge.query(`CREATE SUBSCRIPTION altered_sub CONNECTION '${central.conninfo({ database: 'postgres' })}'
      PUBLICATION item_pub WITH (enabled = false, copy_data = false, streaming = false)`);
    rig = new PlanRig({ central: { cluster: central }, edge: { cluster: edge } });
    context = await rig.context();
  });

  after(async () => {
    await clusters.stop();
  });

  for (const [index, one] of PUBLICATION_OPTIONS.entries()) {
    it(`of a publication: ${title(one)}`, async () => {
      const name = `option_${index}_pub`;
      const plan = planCreatePublication({ ...PUBLICATION, name, ...one.asked }, context);
      await prove(one, plan, central, `pg_publication AS p WHERE p.pubname = '${name}'`);
    });
  }

  for (const [index, one] of SUBSCRIPTION_OPTIONS.entries()) {
    it(`of a subscription: ${title(one)}`, async () => {
      const name = `option_${index}_sub`;
      const { slotName = name, usesExistingSlot = false, copyData = false } = one.asked;
      if (usesExistingSlot) {
        await central.query(`SELECT pg_create_logical_replication_slot('${slotName}', 'pgoutput')`);
        context = await rig.context();
      }
      const request = {
        nodeId: 'edge',
        name,
        publisherId: 'central',
        publications: ['item_pub'],
        connection: addressOf(central),
        connectionTest: {
          kind: 'passed',
          systemIdentifier: context.catalogs.get('central')?.server.systemIdentifier ?? '',
        },
        slotName,
        usesExistingSlot,
        copyData,
        options: { enabled: false, ...one.asked.options },
      } as const;
      const plan = planCreateSubscription(request, context);
      await prove(one, plan, edge, `pg_subscription AS s WHERE s.subname = '${name}'`);
      const [slots] = await central.query<{ count: string }>(
        `SELECT count(*)::text FROM pg_replication_slots WHERE slot_name = '${slotName}'`,
      );
      assert.equal(slots?.count, one.since > major ? '0' : '1', 'its slot');
    });
  }

  for (const one of ALTERED_OPTIONS) {
    it(`of a subscription that exists: ${title(one)}`, async () => {
      const plan = planAlterSubscription(
        {
          nodeId: 'edge',
          name: 'altered_sub',
          publications: null,
          options: one.asked,
          connection: null,
          enabled: null,
          connectionTest: { kind: 'notTried', why: 'Nothing is dialled.' },
        },
        await rig.context(),
      );
      if (one.since <= major) {
        return prove(one, plan, edge, `pg_subscription AS s WHERE s.subname = 'altered_sub'`);
      }
      assertRefused(one, plan);
      // The plan does not even have words for it, so it is said by hand.
      const [[option, value] = ['', '']] = Object.entries(one.asked);
      await assert.rejects(
        edge.query(`ALTER SUBSCRIPTION altered_sub SET (${snake(option)} = ${String(value)})`),
        /unrecognized subscription parameter|requires a Boolean value/,
      );
    });
  }

  /** Has the option after the plan, or is refused by name before it and by the server in spite of it. */
  async function prove(
    one: OptionCase<unknown>,
    plan: Plan,
    server: Cluster,
    from: string,
  ): Promise<void> {
    if (one.since <= major) {
      await rig.done(plan);
      const [row] = await server.query<{ value: string | null }>(
        `SELECT (${one.sql})::text AS value FROM ${from}`,
      );
      assert.equal(row?.value, one.value);
      return;
    }
    assertRefused(one, plan);
    assert.match(await rig.forced(plan), one.saidByServer);
    const made = await server.query(`SELECT FROM ${from}`);
    assert.equal(made.length, 0, 'something was made all the same');
  }

  function assertRefused(one: OptionCase<unknown>, plan: Plan): void {
    assert.ok(!isRunnable(plan));
    const texts = plan.findings
      .filter(({ code, severity }) => code === 'unsupportedOption' && severity === 'error')
      .map(({ text }) => text);
    assert.equal(texts.length, 1, JSON.stringify(plan.findings));
    const text = texts[0] ?? '';
    assert.match(text, one.named);
    assert.ok(text.includes(`Postgres ${major}`), text);
    const { madeSince = one.since } = one;
    const since = major < madeSince ? madeSince : one.since;
    assert.match(text, new RegExp(`needs ${since} or newer|from ${since} on`, 'u'));
    const catalog = context.catalogs.get('central');
    assert.equal(catalog === undefined ? null : majorOf(catalog), major);
  }
});

const PUBLICATION: CreatePublicationRequest = {
  nodeId: 'central',
  name: '',
  allTables: false,
  schemas: [],
  tables: [{ schema: 'public', name: 'item', columns: null, rowFilter: null }],
  operations: ALL_OPERATIONS,
  viaPartitionRoot: false,
};

function title({ option, says, since }: OptionCase<unknown>): string {
  return `${option} ${says}${since > 14 ? `, from ${since} on and refused before` : ''}`;
}

function snake(option: string): string {
  return option.replaceAll(/[A-Z]/gu, (letter) => `_${letter.toLowerCase()}`);
}
