import type { ConnectionTest } from '../requests';
import type { ConninfoItem, SecretRef } from '../sqlText';

/** What `planChanges` is asked for, beside what file and catalogs say. */
export interface PlanChangesRequest {
  /** Nodes to bring to the file, each with those it depends on; `null`: all. */
  readonly nodeIds: readonly string[] | null;
  /** Whether what the file does not mention goes as well. Slots, tables and roles never do. */
  readonly drops: boolean;
  /** For subscriptions that are to be made. */
  readonly signIns: readonly SubscriptionSignIn[];
  /** For roles that subscriptions log in as. A role that is to be made and not here gets no password. */
  readonly passwords: readonly LoginPassword[];
  /** Nodes that could not be read. */
  readonly unread: readonly UnreadNode[];
}

/** How the server of a subscriber reaches the publisher and signs in there. */
export interface SubscriptionSignIn {
  readonly nodeId: string;
  readonly subscription: string;
  /** As the subscriber's server dials; a password is a `SecretRef`. */
  readonly connection: readonly ConninfoItem[];
  readonly connectionTest: ConnectionTest;
}

/** A password for a role on a publisher. */
export interface LoginPassword {
  readonly publisherId: string;
  readonly role: string;
  /** Holds a SCRAM verifier: the server never gets the password. */
  readonly verifier: SecretRef;
  /** Whether a role that exists gets it too, in place of the one that it has. */
  readonly resets: boolean;
}

export interface UnreadNode {
  readonly nodeId: string;
  /** Finished sentence. */
  readonly why: string;
}
