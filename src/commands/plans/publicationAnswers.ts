import type { RelationFacts } from '../../core/plan/nodeCatalog';
import type { PublishedOperation } from '../../core/plan/requests';
import type { DeclaredTable } from '../../core/topology';
import type { NodeChoice } from './pickNode';

/** What is asked about a publication, as far as it was answered. */
export interface PublicationAnswers {
  /** Given by the tree, so that it is not asked. */
  readonly given: NodeChoice | null;
  readonly topologyId: string | null;
  readonly node: NodeChoice | null;
  readonly parts: readonly PublicationPart[];
  readonly operations: readonly PublishedOperation[] | null;
  /** Options that were ticked beside the operations. */
  readonly options: readonly PublicationOption[];
  /** Column lists and row filters, as far as any were wanted. */
  readonly limits: readonly DeclaredTable[];
  readonly name: string | null;
}

/** `limits`: some table is published in part, which is asked next. */
export type PublicationOption = 'viaPartitionRoot' | 'generatedColumns' | 'limits';

/** Something that a publication may hold. */
export type PublicationPart =
  | { readonly kind: 'all' }
  | { readonly kind: 'schema'; readonly name: string }
  | { readonly kind: 'table'; readonly table: RelationFacts };
