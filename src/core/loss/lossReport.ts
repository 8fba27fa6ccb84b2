import { say } from '../say';
import type { Health } from '../snapshot';

/** What stands for an amount where all has arrived. */
export const NOTHING = say`nothing`;

/** One place where something has not arrived, or cannot be told. */
export interface LossRow {
  /** Node, edge, slot or queue. */
  readonly subject: string;
  /** `central-read`, `queue of vengeance`, `slot patterns_sub`, `sequence public.jobs_id_seq on genesis`. */
  readonly where: string;
  /** Finished text: `14 MB`, `412 operations`, `nothing`, `unknown`. */
  readonly notArrived: string;
  /** Bytes of WAL; `null` where it is not known, or is not counted in bytes. */
  readonly bytes: number | null;
  /** How old the oldest that has not arrived is; `null` when not known. */
  readonly ms: number | null;
  /** When the figure was read; `null`: never. */
  readonly atMs: number | null;
  readonly health: Health;
  /** Finished sentence: what would be lost by which failure, or why it is not known. */
  readonly note: string;
}

/** The answer to "could I lose data now?": what exists at one place only. */
export interface LossReport {
  readonly topologyName: string;
  /** The moment that the answer is about: the oldest reading that it rests on. What is committed later is not in it. `null`: nothing was read. */
  readonly asOfMs: number | null;
  readonly health: Health;
  /** One sentence. */
  readonly answer: string;
  /** One or two sentences: what is counted, and what is not known. */
  readonly lead: string;
  /** Worst first. */
  readonly rows: readonly LossRow[];
}
