import assert from 'node:assert/strict';
import { canonical, keyOf, type ModelTable, type Operation, type Row } from './model';
import { readRow, readSql } from './shopTables';
import type { Stage } from './stage';
import { countIn } from './tally';
import { withoutRepeats, type ServerTrail, type Trail } from './trail';

/** Holds the servers against the model. */
export class Comparison {
  private readonly counted = new Set<Operation>();

  constructor(
    private readonly stage: Stage,
    private readonly server: ServerTrail,
  ) {}

  /** States of the queue, and what the ledger says. @param open transactions of the edge that are not committed yet */
  async queue(name: string, open: ReadonlySet<number>): Promise<void> {
    const { stage } = this;
    const { rig } = stage;
    const rows = await rig.queued(name);
    const primary = await stage.session(rig.primary);
    const { rows: ledger } = await primary.query<{ id: string; outcome: string }>(
      'SELECT operation_id::text AS id, outcome FROM pgtopology.applied_operation',
    );
    const outcomeOf = new Map(ledger.map(({ id, outcome }) => [id, outcome]));
    // What is not committed yet is not to be seen.
    const queue = stage.edge(name).queue.filter(({ transaction }) => !open.has(transaction));
    assert.equal(rows.length, queue.length, stage.says(`${name} queued something else`));
    for (const [index, row] of rows.entries()) {
      const expected = queue[index];
      if (expected === undefined) continue;
      const policy = stage.policies.get(row.table_name) ?? '';
      const what = stage.says(
        `operation ${expected.seq} of ${name} (${row.operation} ${row.table_name} ${row.key ?? ''}, ${policy}; ${row.error ?? 'no error'})`,
      );
      assert.equal(row.state, expected.state, what);
      assert.equal(outcomeOf.get(row.id) ?? null, expected.outcome, what);
      this.count(expected);
    }
  }

  async primary(): Promise<void> {
    const { stage } = this;
    const primary = await stage.session(stage.rig.primary);
    for (const table of stage.tables) {
      const { rows } = await primary.query<Record<string, unknown>>(readSql(table));
      assert.deepEqual(
        sorted(table, rows.map(readRow)),
        sorted(table, stage.model.primary.all(table.name)),
        stage.says(`table ${table.name} of the primary (${stage.policies.get(table.name) ?? ''})`),
      );
    }
  }

  /** Everything that the primary took, key by key: each write as often as it should, and in the order in which it should. */
  async arrivals(): Promise<void> {
    const { stage } = this;
    const expected = stage.trail.trail;
    this.trail('the WAL', await this.server.ofWal(), expected);
    if (stage.isAudited) this.trail('its triggers', await this.server.ofTriggers(), expected);
    for (const steps of expected.values()) stage.tally.arrivals += steps.length;
  }

  private trail(witness: string, actual: Trail, expected: Trail): void {
    for (const place of new Set([...actual.keys(), ...expected.keys()])) {
      const [table = ''] = place.split(' ', 1);
      const isMerged = this.stage.policies.get(table) === 'merge';
      const shown = (trail: Trail): readonly (number | null)[] => {
        const steps = trail.get(place) ?? [];
        return isMerged ? withoutRepeats(steps) : steps;
      };
      assert.deepEqual(
        shown(actual),
        shown(expected),
        this.stage.says(
          `${place}: ${witness} of the primary tells of other writes, or another order`,
        ),
      );
    }
  }

  private count(operation: Operation): void {
    if (operation.outcome === null || this.counted.has(operation)) return;
    const { tally } = this.stage;
    this.counted.add(operation);
    countIn(tally.outcomes, operation.outcome);
    if (operation.state === 'conflict') tally.conflicts += 1;
  }
}

function sorted(table: ModelTable, rows: readonly Row[]): readonly string[] {
  return rows.map((row) => `${keyOf(table, row)} ${canonical(row)}`).toSorted();
}
