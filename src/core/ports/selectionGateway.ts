import type { Endpoint, FailureFacts } from '../failure';
import type { TopologyNode } from '../topology';
import type { CancelSignal } from './cancelSignal';
import type { SqlNotice } from './sqlSession';

/** One statement of a person, for one node. */
export interface SelectionRequest {
  /** As it was selected; the server takes one statement alone. */
  readonly text: string;
  /** False: in a READ ONLY transaction that is rolled back, as the user of `connection`. True: READ WRITE, committed, as changes run. */
  readonly mayWrite: boolean;
  /** So many rows are kept. A read stops behind them; what may write is run to its end, and its further rows are dropped. */
  readonly maxRows: number;
  /** The address that was confirmed: another host of the node is not taken instead. `null`: whichever the node has. */
  readonly endpoint: Endpoint | null;
}

/** Where and as whom it ran. */
export interface SelectionPlace {
  readonly nodeId: string;
  readonly endpoint: Endpoint;
  readonly database: string;
  readonly user: string;
  readonly isInRecovery: boolean;
}

export interface SelectionRows {
  readonly columns: readonly { readonly name: string; readonly typeOid: number }[];
  /** As the server writes values; `null` is NULL. Values that are very long are cut. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Whether there are rows that were not kept. */
  readonly hasMore: boolean;
  /** The server's word for what was done: `SELECT 5`, `DELETE 3`; `null` where it was stopped before its end. */
  readonly tag: string | null;
  readonly notices: readonly SqlNotice[];
}

/** `refused`: the server's word; nothing has changed. `unknown`: the connection was lost while it was committed. */
export type SelectionAnswer =
  | { readonly kind: 'done'; readonly place: SelectionPlace; readonly result: SelectionRows }
  | {
      readonly kind: 'refused';
      readonly place: SelectionPlace;
      readonly failure: FailureFacts;
      /** In characters of the text, from 1 on; `null` where the server gives none. */
      readonly position: number | null;
      readonly hint: string | null;
      /** The text holds several statements: none was run. */
      readonly isSeveral: boolean;
    }
  | {
      readonly kind: 'unknown';
      readonly place: SelectionPlace;
      readonly failure: FailureFacts;
    };

/**
 * Runs what a person selected, in a session of its own that is closed behind it. Past the monitor, so the caller asks for contact
 * first; past plans, so the caller shows and asks before anything may be written.
 */
export interface SelectionGateway {
  /** @throws ServerFailure where no server answered, or stopped answering: nothing has changed then. */
  runSelection(
    node: TopologyNode,
    request: SelectionRequest,
    signal: CancelSignal,
  ): Promise<SelectionAnswer>;
}
