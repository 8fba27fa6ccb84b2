import type { FileChange } from '../plan/plan';
import type { TableName } from '../topology';

/** What can differ between the file and the servers, as a closed list; the words are in the texts. */
export const DIFFERENCE_CODES = [
  'role',
  'upstream',
  'missingPublication',
  'extraPublication',
  'allTables',
  'missingSchema',
  'extraSchema',
  'missingTable',
  'extraTable',
  'columns',
  'rowFilter',
  'publicationOption',
  'missingSubscription',
  'extraSubscription',
  'subscribedPublications',
  'enabled',
  'subscriptionOption',
  'slotName',
  'missingSlot',
  'extraSlot',
  'otherSystem',
  'sameNode',
  'splitBrain',
  'missingQueue',
  'extraQueue',
  'queueShape',
  'missingCapture',
  'extraCapture',
  'doubleCapture',
  'missingGuard',
  'missingLedger',
  'missingDrainUser',
] as const;

export type DifferenceCode = (typeof DIFFERENCE_CODES)[number];

/** What a difference is about, beside its node. */
export type DifferenceSubject =
  | { readonly kind: 'node' }
  | { readonly kind: 'publication'; readonly name: string }
  /** A table of a publication. */
  | { readonly kind: 'table'; readonly name: string; readonly table: TableName }
  | { readonly kind: 'subscription'; readonly name: string }
  | { readonly kind: 'slot'; readonly name: string }
  /** The queue of an edge, by its table; empty where the file gives it none. */
  | { readonly kind: 'queue'; readonly name: string };

/** `error`: every change is refused. `warning`: a server is not as the file says. `information`: the file does not mention it. */
export type DifferenceSeverity = 'error' | 'warning' | 'information';

/**
 * One way in which a server is not what the file says. Only what is certain: of a node that could not be read now nothing
 * is said, and two texts that may mean the same are not told apart.
 */
export interface Difference {
  /** Stable while it lasts, and unique in its topology: `missingTable/central/jobs_pub/public.jobs`. */
  readonly id: string;
  readonly code: DifferenceCode;
  readonly nodeId: string;
  readonly subject: DifferenceSubject;
  /** Keys from the root of the file. Where nothing stands there, the nearest key above it is meant. */
  readonly path: readonly (string | number)[];
  readonly severity: DifferenceSeverity;
  /** Finished sentence. */
  readonly message: string;
  /** Finished words for what the file says; `null` when it does not mention it. */
  readonly declared: string | null;
  /** Finished words for what the server has; `null` when it has nothing of the kind. */
  readonly live: string | null;
  /** Whether *Plan Changes* makes the server so. What the file does not mention is never taken away unasked. */
  readonly byPlan: boolean;
  /** What makes the file say what the server has; empty when a person has to write it. */
  readonly fileChanges: readonly FileChange[];
}

/** A node that could not be held against the file. */
export interface NotCompared {
  readonly nodeId: string;
  /** Finished words, lower case: `central is not connected`. */
  readonly why: string;
}
