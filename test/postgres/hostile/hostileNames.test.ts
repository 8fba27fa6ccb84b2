import assert from 'node:assert/strict';
import fs from 'node:fs';
import { isRunnable, type Plan } from '../../../src/core/plan/plan';
import { findingLine } from '../../../src/core/plan/findingsText';
import { planDocument } from '../../../src/core/plan/planDocument';
import { hasInvisible, showEscaped } from '../../../src/core/visibleText';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor, SUPPORTED_MAJORS } from '../../clusters/majors';
import type { HostileCase, Preparation } from './hostileCase';
import { HOSTILE_CASES, WITHOUT_A_NAME } from './hostileCases';
import { canExist, hostileNames } from './hostileNames';
import { HostileQueue, QUEUE_ROW_COMMANDS } from './hostileQueue';
import { HostileWorld } from './hostileWorld';

const IS_SOAK = process.env['SOAK'] === '1';
const LIMIT_MS = IS_SOAK ? 3_600_000 : 360_000;

describe('The commands that hostile names are tried with', () => {
  it('are all that change servers', () => {
    const table = fs.readFileSync('src/commands/changes/table.ts', 'utf8');
    const listed = /CHANGES = \{([^}]*)\}/u.exec(table)?.[1] ?? '';
    const changes: readonly string[] = listed.match(/\w+/gu) ?? [];
    assert.ok(changes.includes('createPublication'), listed);
    const tried = new Set([
      ...HOSTILE_CASES.map(({ change }) => change),
      ...QUEUE_ROW_COMMANDS,
      ...WITHOUT_A_NAME,
    ]);
    assert.deepEqual([...tried].sort(), [...changes].sort());
  });
});

forEachMajor('Hostile names', function (major) {
  // Names mean the same to all of them; the ends have every command, and the soak takes the rest.
  if (!IS_SOAK && major !== SUPPORTED_MAJORS[0] && major !== SUPPORTED_MAJORS.at(-1)) return;

  let clusters: Clusters;
  let world: HostileWorld;

  before(async function () {
    clusters = new Clusters(major);
    const conf = {
      max_replication_slots: 600,
      ...(major >= 18 ? { max_active_replication_origins: 600 } : {}),
    };
    const central = await clusters.add('central', { conf });
    // Without workers nothing happens by itself, however many subscriptions there are.
    const edge = await clusters.add('edge', {
      conf: { ...conf, wal_retrieve_retry_interval: '10min' },
    });
    await Promise.all([central.start(), edge.start()]);
    const tables = `CREATE TABLE item (id int PRIMARY KEY); CREATE TABLE witness (id int PRIMARY KEY);
      CREATE SCHEMA hostile; CREATE SCHEMA pgtopology`;
    await central.query(`${tables}; CREATE PUBLICATION item_pub FOR TABLE item`);
    await edge.query(tables);
    const [row] = await central.query<{ id: string }>(
      'SELECT system_identifier::text AS id FROM pg_control_system()',
    );
    world = new HostileWorld(major, central, edge, row?.id ?? '');
  });

  after(async () => {
    await clusters.stop();
  });

  for (const [turn, one] of HOSTILE_CASES.entries()) {
    if ((one.since ?? 0) > major) continue;
    it(`${one.change}, as the name of a ${one.what}: exactly that one, or refused in words`, async function () {
      this.timeout(LIMIT_MS);
      // The oldest takes other samples than the newest, so that both together meet each name somewhere.
      await meet(
        one,
        hostileNames(major === SUPPORTED_MAJORS[0] ? turn + HOSTILE_CASES.length : turn),
      );
    });
  }

  it('rows that wait in a queue, of such tables, keys and values: exactly what was chosen, nothing else', async function () {
    this.timeout(LIMIT_MS);
    const turn = HOSTILE_CASES.length;
    const names = hostileNames(major === SUPPORTED_MAJORS[0] ? 2 * turn : turn).filter(canExist);
    assert.ok(names.length > 5);
    const untouched = await world.inventory();
    const queue = new HostileQueue(world, clusters, names);
    try {
      await queue.setUp();
      const before = await world.inventory();
      await queue.write();
      const waiting = await queue.drain();
      await queue.exportAll();
      await queue.decide(waiting);
      await queue.settleDead(waiting);
      await queue.assertRows();
      assert.deepEqual(await world.inventory(), before);
    } finally {
      await queue.tidyUp();
    }
    assert.deepEqual(await world.inventory(), untouched);
  });

  /** Plans with all of these names, and runs what may run. */
  async function meet(one: HostileCase, names: readonly string[]): Promise<void> {
    const exists = one.exists ?? canExist;
    const untouched = await world.inventory();
    let present: readonly string[] = [];
    const done: string[] = [];
    const indexOf = (name: string): number => names.indexOf(name);
    const tidyUp = (): Promise<void> =>
      execute([...new Set([...present, ...done])], (name) => one.tidy(name, indexOf(name), world));
    try {
      present = names.filter((name) => one.prepare !== undefined && exists(name));
      await execute(present, (name) => one.prepare?.(name, indexOf(name), world) ?? {});
      const before = await world.inventory();
      const context = await world.context(one.asksRoles === true ? names.filter(canExist) : []);
      for (const name of names) {
        const plan = one.plan(name, indexOf(name), context, world);
        if (isRunnable(plan)) {
          await world.rig.done(plan).catch((error: unknown) => {
            throw new Error(`${JSON.stringify(name)}: ${String(error)}`);
          });
          done.push(name);
        } else {
          assertRefused(plan, name);
        }
      }
      const after = await world.inventory();
      const changes = done.map((name) => one.expected(name, indexOf(name), world));
      assert.deepEqual(
        { added: without(after, before), removed: without(before, after) },
        {
          added: [...new Set(changes.flatMap(({ added = [] }) => added))].sort(),
          removed: [...new Set(changes.flatMap(({ removed = [] }) => removed))].sort(),
        },
      );
      assert.ok(done.length > 0 && done.length < names.length, 'some run, and some are refused');
    } catch (error) {
      // The next case must not suffer for it; what went wrong is said all the same.
      await tidyUp().catch(() => undefined);
      throw error;
    }
    await tidyUp();
    assert.deepEqual(await world.inventory(), untouched);
  }

  async function execute(
    names: readonly string[],
    sqlFor: (name: string) => Preparation,
  ): Promise<void> {
    const all = names.map(sqlFor);
    for (const server of ['edge', 'central'] as const) {
      const client = await world[server].connect();
      try {
        for (const sql of all) {
          const text = sql[server];
          if (text !== undefined) await client.query(text);
        }
      } finally {
        await client.end();
      }
    }
  }
});

/** The sentence says what is wrong and shows the name as it can be read; nothing of it is hidden in what is shown. */
function assertRefused(plan: Plan, name: string): void {
  const label = JSON.stringify(name);
  const errors = plan.findings.filter(
    ({ severity, code }) => severity === 'error' || code === 'nothingToDo',
  );
  assert.ok(errors.length > 0, `${label} is refused without a word`);
  // A table is written as SQL would write it, with a quote in its name twice.
  const forms = [name, name.replaceAll('"', '""')].map(showEscaped);
  assert.ok(
    errors.some((finding) => forms.some((form) => findingLine(finding).includes(form))),
    `${label} is not named: ${JSON.stringify(errors.map(findingLine))}`,
  );
  for (const finding of plan.findings) {
    assert.ok(!hasInvisible(findingLine(finding)), `${label}: ${findingLine(finding)}`);
  }
  for (const shown of planDocument(plan)
    .split('\n')
    .filter((shown) => shown.startsWith('--'))) {
    assert.ok(!hasInvisible(shown), `${label}: ${JSON.stringify(shown)}`);
  }
}

function without(some: ReadonlySet<string>, others: ReadonlySet<string>): readonly string[] {
  return [...some].filter((entry) => !others.has(entry)).sort();
}
