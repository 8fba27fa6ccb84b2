import type { WriteQuestion } from '../../core/runSelection/selectionText';
import type { CancelSignal } from '../../core/ports/cancelSignal';

/** Every question and answer around a statement that a person selected, so that the desk can be tested without an editor. */
export interface SelectionDialogs {
  /** A finished sentence of information. */
  tell(message: string): void;
  /** Reads go nowhere, or nobody can tell where; the way to *Where Would This Go?* is offered. */
  tellNowhere(problem: string): void;
  /** The server's word. @param offset of its place in the text, in UTF-16 units; `null`: none */
  tellRefused(message: string, offset: number | null): void;
  /** What went wrong, and needs a person to look. */
  warn(message: string): void;
  /** A node is gone: whether the next one is to be asked. */
  askNext(message: string, nextNodeId: string): Promise<boolean>;
  /** @returns `null` when dismissed */
  askPassword(nodeId: string, user: string, wasRefused: boolean): Promise<string | null>;
  /** Shows the statement and asks; with the node's name typed where `mustType` says so. True only for a clear yes. */
  confirmWrite(question: WriteQuestion, mustType: string | null): Promise<boolean>;
  /** Says where it runs while it does; it can be given up. */
  whileRunning<T>(title: string, run: (signal: CancelSignal) => Promise<T>): Promise<T>;
  /** Opens what came back. */
  showResult(name: string, text: string): Promise<void>;
}
