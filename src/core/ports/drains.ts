import type {
  ChoiceResult,
  ConflictChoice,
  ConflictDetails,
  ConflictList,
  ShownConflict,
} from '../queue/conflict';
import type { OperationFilter } from '../queue/conflictStatements';
import type {
  DrainPreview,
  DrainProgress,
  DrainReport,
  DrainState,
  QueueAddress,
  QueueContents,
} from '../queue/drain';
import type { CancelSignal } from './cancelSignal';
import type { Disposable } from './disposable';

/**
 * Drains queues and keeps what became of it. Contact, trust, `access` and confirmation are the caller's to ask for first, but that
 * every one of them is looked at again here before a session is opened.
 */
export interface Drains {
  /** Tries everything and rolls it back. What forbids a drain is in its `refusals`. @throws ServerFailure */
  preview(address: QueueAddress, signal: CancelSignal): Promise<DrainPreview>;
  /** Rejects only for a defect: a failure of a server is in the report's end. */
  drain(
    address: QueueAddress,
    signal: CancelSignal,
    onProgress?: (progress: DrainProgress) => void,
  ): Promise<DrainReport>;
  /** One entry an edge that was drained or is drained automatically. Same object until something changed. */
  of(topologyId: string): readonly DrainState[];
  onDidChange(listener: (topologyId: string) => void): Disposable;
  /** Drains again whenever operations wait and both ends answer; goes on unseen until it is turned off. */
  setAutomatic(address: QueueAddress, isOn: boolean): void;
}

/** Looks into queues and carries out what a person decided. Every rejection is a `ServerFailure`; contact as for `Drains`. */
export interface QueueDesk {
  readContents(address: QueueAddress, signal: CancelSignal): Promise<QueueContents>;
  /** `null`: it is no open conflict any more. */
  readConflict(
    address: QueueAddress,
    operationId: string,
    signal: CancelSignal,
  ): Promise<ConflictDetails | null>;
  /** Open conflicts of a kind as they are now, for a choice about all of them. */
  listConflicts(
    address: QueueAddress,
    filter: OperationFilter,
    signal: CancelSignal,
  ): Promise<ConflictList>;
  /**
   * Each in one transaction on the node that is the primary now, which looks again whether its row is still the one that was shown.
   * @param onResult called for each of them, in order; when this rejects, what stands behind was not tried
   */
  decide(
    address: QueueAddress,
    shown: readonly ShownConflict[],
    choice: ConflictChoice,
    onResult: (result: ChoiceResult, shown: ShownConflict) => void,
    signal: CancelSignal,
  ): Promise<void>;
  /** The operation's own text and the server's words. `null`: it is not dead any more. */
  readDead(
    address: QueueAddress,
    operationId: string,
    signal: CancelSignal,
  ): Promise<DeadOperation | null>;
  /** Ids of dead operations of a kind, in the order of the queue, at most `CONFLICT_LIST_LIMIT`. */
  listDead(
    address: QueueAddress,
    filter: OperationFilter,
    signal: CancelSignal,
  ): Promise<readonly string[]>;
  /**
   * Makes dead operations pending again.
   * @param data what a single one is to write instead: text of a JSON object; `null`: what it was
   * @returns how many were still dead
   */
  retryDead(
    address: QueueAddress,
    operationIds: readonly string[],
    data: string | null,
    signal: CancelSignal,
  ): Promise<number>;
  /** Lets dead operations go: they become done on the edge, which the ledger notes as dropped. @returns how many were still dead */
  dropDead(
    address: QueueAddress,
    operationIds: readonly string[],
    signal: CancelSignal,
  ): Promise<number>;
  /** Dead operations and open conflicts as statements a person could run, with the server's words as comments. */
  exportSql(
    address: QueueAddress,
    operationIds: readonly string[] | null,
    signal: CancelSignal,
  ): Promise<string>;
}

export interface DeadOperation {
  readonly operationId: string;
  readonly operation: string;
  readonly tableText: string;
  /** Texts of JSON objects, cut to 100,000 characters where they are longer (`isCut`), which then cannot be edited. */
  readonly data: string | null;
  readonly oldData: string | null;
  readonly isCut: boolean;
  readonly error: string | null;
  readonly sqlstate: string | null;
}
