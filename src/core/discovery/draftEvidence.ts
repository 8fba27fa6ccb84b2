/** Names nodes in sentences that are written before the names are chosen. */
export type NameOf = (key: string) => string;
export type Words = (nameOf: NameOf) => string;

/** Evidence before nodes have names. */
export interface DraftEvidence {
  readonly text: Words;
  readonly atMs: number | null;
}

/** Evidence to be kept: whoever it names may get another name with a later look; the present one stands where it has none then. */
export function withFallback({ text, atMs }: DraftEvidence, now: NameOf): DraftEvidence {
  return {
    text: (nameOf) => text((key) => (nameOf(key) === key ? now(key) : nameOf(key))),
    atMs,
  };
}
