/** So many keep a primary busy that is next door, and more only fill the memory. */
const LEAST = 3;
/** So many are enough to keep one busy that is a tenth of a second away. */
const MOST = 8;
/** A primary is busy with a batch for about so long. */
const BATCH_MS = 20;

/**
 * How many batches of a drain may be on their way before the first is answered: enough that the primary has one to do while answers travel.
 * @param roundTripMs between this machine and the primary; what was measured while either was busy is too long, which costs memory only
 */
export function sentAtOnce(roundTripMs: number): number {
  return Math.min(MOST, LEAST + Math.floor(Math.max(0, roundTripMs) / BATCH_MS));
}
