import assert from 'node:assert/strict';
import type { Difference } from '../../../../src/core/differences/difference';
import { differencesOf } from '../../../../src/core/differences/differencesOf';
import type { NamedTableFacts, PublicationFacts } from '../../../../src/core/facts';
import type { DeclaredPublication } from '../../../../src/core/topology';
import { answered, Joiner, node, primary, slow, topology, T0 } from '../join/builders';

/** The table of all these. */
export const JOBS = { schema: 'public', name: 'jobs' };

/** A publication as the file says it. */
export function publishes(differs: Partial<DeclaredPublication> = {}): DeclaredPublication {
  return {
    name: 'jobs_pub',
    tables: [{ ...JOBS, columns: null, rowFilter: null }],
    schemas: [],
    allTables: false,
    options: {},
    ...differs,
  };
}

/** A table as a publication was given it. */
export function named(differs: Partial<NamedTableFacts> = {}): NamedTableFacts {
  return { ...JOBS, columns: null, rowFilter: null, isInherited: false, ...differs };
}

/** The same publication as the server has it. */
export function found(differs: Partial<PublicationFacts> = {}): PublicationFacts {
  const namedTables = differs.namedTables ?? [named()];
  return {
    name: 'jobs_pub',
    allTables: false,
    schemas: [],
    operations: ['insert', 'update', 'delete', 'truncate'],
    viaPartitionRoot: false,
    generatedColumns: null,
    tables: namedTables.map((table) => ({ ...table, hasReplicaIdentity: true })),
    namedTables,
    ...differs,
  };
}

/** One publisher that is as the file says but for what is given. */
export function ofPublisher(
  declared: readonly DeclaredPublication[],
  publications: readonly PublicationFacts[],
): readonly Difference[] {
  const file = topology([node('central', { publications: declared })]);
  const sample = answered(primary(), T0, { slow: slow({ publications }) });
  return differencesOf(new Joiner(file).join({ central: sample }));
}

/** The one difference that there is. */
export function only(differences: readonly Difference[]): Difference {
  const [first] = differences;
  assert.ok(first !== undefined && differences.length === 1, JSON.stringify(differences, null, 1));
  return first;
}
