/** So many keep a primary busy that is next door, and more only fill the memory. */
const NEXT_DOOR = 2;
/** A primary that answers later is not next door. */
const NEXT_DOOR_MS = 5;
const LEAST_FAR = 3;
/** So many are enough to keep one busy that is a tenth of a second away. */
const MOST = 8;
/** A primary is busy with a batch for about so long. */
const BATCH_MS = 20;

/**
 * How many batches of a drain may be on their way before the first is answered: enough that the primary has one to do while answers travel.
 * @param roundTripMs between this machine and the primary; what was measured while either was busy is too long, which costs memory only
 */
export function sentAtOnce(roundTripMs: number): number {
  if (roundTripMs < NEXT_DOOR_MS) return NEXT_DOOR;
  return Math.min(MOST, LEAST_FAR + Math.floor(roundTripMs / BATCH_MS));
}
