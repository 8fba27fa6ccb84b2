import type { QueueOperation } from '../../../../src/core/queue/operation';
import type { TargetColumn, TargetTable } from '../../../../src/core/queue/targetTable';

/** A table as the primary's catalog would give it. */
export function target(name: string, rest: Partial<TargetTable> = {}): TargetTable {
  return {
    schema: 'public',
    name,
    columns: [column('id', 'integer', { spelling: 'integer' }), column('body', 'text')],
    key: ['id'],
    keyOperators: ['OPERATOR(pg_catalog.=)'],
    isKeyArbiter: true,
    policy: 'primary-wins',
    updatedAt: null,
    references: [],
    hasOtherUniques: false,
    hasTriggers: false,
    ...rest,
  };
}

export function column(name: string, type: string, rest: Partial<TargetColumn> = {}): TargetColumn {
  return {
    name,
    type,
    declaredType: type,
    isGenerated: false,
    identity: null,
    json: null,
    comparesAsText: false,
    spelling: 'asWritten',
    collation: null,
    ...rest,
  };
}

/** An operation as a trigger queues it, of `public.notes` unless it says otherwise. */
export function queued(rest: Partial<QueueOperation> = {}): QueueOperation {
  return {
    id: '00000000-0000-4000-8000-000000000001',
    seq: 1n,
    txid: '7',
    table: { schema: 'public', name: 'notes' },
    operation: 'INSERT',
    writtenBy: 'trigger',
    key: '{"id": 1}',
    data: '{"id": 1, "body": "a"}',
    oldData: null,
    bytes: 30,
    attempts: 0,
    createdAt: '0',
    ...rest,
  };
}
