/** Names nodes in sentences that are written before the names are chosen. */
export type NameOf = (key: string) => string;
export type Words = (nameOf: NameOf) => string;

/** Evidence before nodes have names. */
export interface DraftEvidence {
  readonly text: Words;
  readonly atMs: number | null;
}
