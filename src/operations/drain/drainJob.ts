import type { Clock } from '../../core/ports/clock';
import type { DrainGateway } from '../../core/ports/drainGateway';
import type { Log } from '../../core/ports/log';
import type { QueueAddress } from '../../core/queue/drain';
import { say } from '../../core/say';
import type { DeclaredQueue, Environment, TopologyNode } from '../../core/topology';

/** One queue, and where it goes. Contact, trust and `access` were asked for before. */
export interface DrainJob {
  readonly address: QueueAddress;
  readonly environment: Environment;
  readonly edge: TopologyNode;
  readonly queue: DeclaredQueue;
  /** The declared primary first, then nodes that may have taken its place: of these the one is taken that is writable and the same system. */
  readonly primaries: readonly TopologyNode[];
  /** For others who want to drain meanwhile, such as "anna on desk-7". */
  readonly who: string;
  /** Nothing goes on behind an operation that is set aside. */
  readonly isStrict: boolean;
}

export interface DrainerDeps {
  readonly gateway: DrainGateway;
  readonly clock: Clock;
  readonly log: Log;
  /** For how long a server that went away is waited for, in milliseconds. */
  readonly regainMs: number;
  /** In [0, 1), for waits that must not coincide. */
  readonly random: () => number;
}

/** The drain cannot begin, or go on, for reasons that a person has to see to; finished sentences. */
export class DrainRefused extends Error {
  override readonly name = 'DrainRefused';
  constructor(readonly reasons: readonly string[]) {
    super(reasons.join(' '));
  }
}

/** Somebody else drains this edge. */
export class DrainBusy extends Error {
  override readonly name = 'DrainBusy';
  constructor(
    readonly holder: {
      readonly pid: number;
      readonly sinceMs: number | null;
      readonly who: string | null;
    },
  ) {
    super(say`pid ${holder.pid} drains this edge`);
  }
}
