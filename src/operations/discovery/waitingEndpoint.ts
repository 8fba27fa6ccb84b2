import type { Evidence } from '../../core/discovery/proposal';
import type { Endpoint, FailureFacts } from '../../core/failure';

/** A further node that nobody has looked at yet, because a person has to allow it or to say its address. */
export interface WaitingEndpoint {
  /** For `goOn`; stays the same while the crawl goes on. */
  readonly key: string;
  /** Its id in the proposal as it is now. */
  readonly nodeId: string;
  /** What would be dialled; `null`: no address is known, and it can be looked at only by one that a person says. */
  readonly endpoint: Endpoint | null;
  /** Where a server saw it, without its port; `null`: not even that. */
  readonly host: string | null;
  readonly database: string;
  readonly user: string;
  /** Whether the port is taken over from the server that names it, and may be another. */
  readonly isPortGuessed: boolean;
  readonly evidence: readonly Evidence[];
}

/** One endpoint that a person allowed, with what they changed. */
export interface ApprovedEndpoint {
  readonly key: string;
  /** Another address than the one waiting. */
  readonly address?: Endpoint;
  readonly database?: string;
  readonly user?: string;
  /** Absent: the one of the server that names it. */
  readonly password?: string;
}

/** A node that a person wants to be looked at, or looked at again, and where. */
export interface WantedAgain {
  /** Its id in the proposal as it is now. */
  readonly nodeId: string;
  readonly address: Endpoint;
  /** Absent: the one that leads to it by now. */
  readonly password?: string;
}

/** What came of it: a failure that the node shows too; or nothing, for want of such a node or of looks that are left. */
export type LookedAgain = 'answered' | 'notLookedAt' | FailureFacts;
