import type { FailureFacts, Endpoint } from '../failure';
import type { ConnectionParams } from '../topology';
import type { ClusterMember, DiscoveryFacts } from './discoveryFacts';
import type { DraftEvidence } from './draftEvidence';

/** One address that was dialled once, and what came of it: facts or a failure, never both. */
export interface Look {
  /** As it was dialled; never a password. */
  readonly connection: ConnectionParams;
  /** The address that answered, or the first that was tried; `null`: it could not be told. */
  readonly endpoint: Endpoint | null;
  /** `key` of the node that was looked for here (`Draft`); `null` for where a person said to begin. */
  readonly soughtKey: string | null;
  /** Whether a person said this address, as against one that servers said or that was guessed. */
  readonly isOverridden: boolean;
  /** Why it was dialled. */
  readonly evidence: readonly DraftEvidence[];
  readonly facts: DiscoveryFacts | null;
  readonly failure: FailureFacts | null;
  readonly atMs: number;
}

/** A look that was answered. */
export type Answer = Look & { readonly facts: DiscoveryFacts; readonly endpoint: Endpoint };

/** A node of the topology file, so that what is found again keeps its name. */
export interface FileNode {
  readonly id: string;
  /** What it would dial, completed. */
  readonly endpoints: readonly Endpoint[];
  /** `null`: as the user is called. */
  readonly database: string | null;
}

export interface ProposalOptions {
  readonly inFile?: readonly FileNode[];
  /** What a cluster manager lists that is asked beside Postgres: Patroni. */
  readonly members?: readonly SaidMember[];
}

/** A member with who listed it. */
export interface SaidMember {
  readonly member: ClusterMember;
  /** `Patroni's /cluster on 10.0.0.5:8008` */
  readonly source: string;
  readonly atMs: number;
}

export function isAnswer(look: Look): look is Answer {
  return look.facts !== null && look.endpoint !== null;
}
