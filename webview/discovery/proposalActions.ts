import type { NodeDraft } from '../../src/protocol/discoveryDraft';

/** What can be done on the map of a proposal. */
export interface ProposalActions {
  readonly select: (key: string) => void;
  readonly moveTo: (key: string) => void;
  /** Selects, and brings the focus to the details. */
  readonly enter: (key: string) => void;
  readonly backToMap: (key: string) => void;
  readonly change: (id: string, change: Partial<Omit<NodeDraft, 'id' | 'key'>>) => void;
  /** Brings the focus to the name of a node in the table. */
  readonly goToRow: (id: string) => void;
  /** Has a node looked at by what was entered, or goes to the field that keeps it from that. */
  readonly lookAgain: (id: string) => void;
  /** Writes, or goes to the first field that keeps it from that. */
  readonly write: () => void;
  readonly cancel: () => void;
}
