import type { SqlStatement } from '../ports/sqlSession';
import { qualifiedName } from '../sql';
import type { BatchFacts, LedgerEntry, RefusedOperation } from './applyTypes';
import type { ConflictKind, OperationOutcome } from './operation';
import { unnested } from './applySql';
import { APPLIED_COUNT } from './applyWrites';
import { CONFLICTS, LEDGER } from './queueNames';
import { textOf } from './rowValues';
import { arrayText } from './arrayTexts';

/**
 * What the ledger says of these operations. Most are plainly applied: only the others come as rows, and those that it lacks
 * with NULL. Asked one by one, by its index: as a join it might be read whole.
 */
export function outcomesStatement(ids: readonly string[]): SqlStatement {
  return { name: 'pgt_outcomes', text: OUTCOMES, values: [arrayText(ids)] };
}

/**
 * The same at the end of a transaction that tried these operations and no others. Where it has entered as many as applied as there are, no
 * more is to be learned, and nothing is looked up, nor are the ids read: as a text they are no array until then.
 */
export function batchOutcomesStatement(ids: readonly string[]): SqlStatement {
  return {
    name: 'pgt_batch_outcomes',
    text: `${OUTCOMES} AND current_setting('${APPLIED_COUNT}', true) IS DISTINCT FROM $2::text`,
    values: [arrayText(ids), String(ids.length)],
  };
}

const OUTCOMES = `SELECT o.id::text AS id, o.outcome,
    CASE WHEN o.outcome = 'conflict' THEN (SELECT c.kind FROM ${qualifiedName(CONFLICTS)} AS c WHERE c.operation_id = o.id) END AS kind
  FROM (SELECT u.id, (SELECT l.outcome FROM ${qualifiedName(LEDGER)} AS l WHERE l.operation_id = u.id) AS outcome
          FROM unnest($1::text::uuid[]) AS u (id) OFFSET 0) AS o
 WHERE o.outcome IS DISTINCT FROM 'applied'`;

/** What the ledger says of the operations that it was asked for. */
export class Outcomes {
  /** @param others of those that were not plainly applied; `null`: the ledger lacks it */
  constructor(private readonly others: ReadonlyMap<string, LedgerEntry | null>) {}

  get areAllApplied(): boolean {
    return this.others.size === 0;
  }

  /** @param id of an operation that was asked for */
  get(id: string): LedgerEntry | undefined {
    const other = this.others.get(id);
    return other === undefined ? APPLIED : (other ?? undefined);
  }
}

/** @param rows what `outcomesStatement` gave */
export function readOutcomes(rows: readonly Readonly<Record<string, unknown>>[]): Outcomes {
  return new Outcomes(
    new Map(
      rows.map((row) => {
        const { outcome, kind } = row;
        // Only our own statements write the ledger.
        const entry: LedgerEntry | null =
          outcome === null
            ? null
            : {
                outcome: outcome as OperationOutcome,
                conflict: kind === null ? null : (kind as ConflictKind),
              };
        return [textOf(row, 'id'), entry];
      }),
    ),
  );
}

const APPLIED: LedgerEntry = { outcome: 'applied', conflict: null };

/** Conflict row and ledger entry of each refusal that is a conflict; dead operations leave nothing on the primary. */
export function refusalStatements(
  refusals: readonly RefusedOperation[],
  batch: BatchFacts,
): readonly SqlStatement[] {
  const conflicts = refusals.filter(({ refusal }) => refusal.state === 'conflict');
  if (conflicts.length === 0) return [];
  const of = (pick: (refused: RefusedOperation) => string | null): readonly string[] =>
    conflicts.map((refused) => pick(refused) ?? '');
  return [
    {
      name: 'pgt_refusals',
      text: REFUSALS,
      values: [
        batch.edgeId,
        of(({ source }) => source.id),
        of(({ source }) => String(source.seq)),
        of(({ source, resolved }) => (resolved?.table ?? source.table).schema),
        of(({ source, resolved }) => (resolved?.table ?? source.table).name),
        of(({ source }) => source.operation),
        of(({ refusal }) => refusal.conflict),
        of(({ policy }) => policy),
        of(({ source, resolved }) => resolved?.key ?? source.key),
        of(({ source }) => source.oldData),
        of(({ source }) => source.data),
        of(({ refusal }) => refusal.message),
        of(({ refusal }) => refusal.sqlstate),
      ],
    },
  ];
}

/** An operation that the ledger knows is left alone. Texts that are not there are empty. */
const REFUSALS = `WITH q AS MATERIALIZED (
  SELECT u.* FROM ROWS FROM (${unnested(2, ['uuid', 'int8', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text', 'text'])})
    AS u (id, seq, s, t, op, kind, policy, k, o, d, error, sqlstate)
   WHERE NOT EXISTS (SELECT FROM ${qualifiedName(LEDGER)} AS l WHERE l.operation_id = u.id)
), kept AS (
  INSERT INTO ${qualifiedName(CONFLICTS)} AS c (operation_id, edge_id, seq, table_schema, table_name, operation, kind, policy, key, base, edge_row, error, error_sqlstate)
  SELECT q.id, $1::pg_catalog.uuid, q.seq, q.s, q.t, q.op, q.kind, q.policy, NULLIF(q.k, '')::pg_catalog.jsonb,
    NULLIF(q.o, '')::pg_catalog.jsonb, NULLIF(q.d, '')::pg_catalog.jsonb, q.error, NULLIF(q.sqlstate, '')
    FROM q
  ON CONFLICT (operation_id) DO NOTHING
)
INSERT INTO ${qualifiedName(LEDGER)} (operation_id, edge_id, seq, outcome)
SELECT q.id, $1::pg_catalog.uuid, q.seq, 'conflict' FROM q`;
