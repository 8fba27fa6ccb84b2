import type { ChoiceResult, ConflictChoice, ConflictDetails } from '../queue/conflict';
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
  /** Tries everything and rolls it back. @throws ServerFailure */
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
  /** In one transaction on the primary, which looks again whether its row is still the one that was shown. */
  decide(
    address: QueueAddress,
    shown: ConflictDetails,
    choice: ConflictChoice,
    signal: CancelSignal,
  ): Promise<ChoiceResult>;
  /** The operation's own text and the server's words. `null`: it is not dead any more. */
  readDead(
    address: QueueAddress,
    operationId: string,
    signal: CancelSignal,
  ): Promise<DeadOperation | null>;
  /** Makes a dead operation pending again, with other values where given (text of a JSON object). */
  retryDead(
    address: QueueAddress,
    operationId: string,
    data: string | null,
    signal: CancelSignal,
  ): Promise<boolean>;
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
