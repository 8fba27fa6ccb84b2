import { isLoopback } from '../endpoint';
import type { Endpoint } from '../failure';
import type { ConnectionParams, TableName } from '../topology';
import { failureWords } from './failureWords';
import type { DraftEvidence, Words } from './draftEvidence';
import type { Answer, Look } from './look';
import type { Certainty } from './proposal';
import type { Server } from './servers';

/** A node before it has a name. `key` stays the same from look to look. */
export interface DraftNode {
  readonly key: string;
  /** `null`: not reached. */
  readonly server: Server | null;
  readonly answer: Answer | null;
  /** What became of looking for it; `null`: nobody has. */
  readonly failedLook: Look | null;
  readonly connection: ConnectionParams;
  /** Where it may be dialled; `null`: no address is known. */
  readonly address: Endpoint | null;
  /** Host without a port, as a server saw it. */
  readonly host: string | null;
  readonly database: string;
  /** Whether the port is that of the server which names it, for want of another. */
  readonly isPortGuessed: boolean;
  /** The answer whose user leads there; `null`: none does. */
  readonly base: Answer | null;
  readonly certainty: Certainty;
  readonly evidence: readonly DraftEvidence[];
  readonly problem: Words | null;
  /** Names that suggest themselves, best first. */
  readonly hints: readonly string[];
}

export type DraftEdge = {
  readonly from: string;
  readonly to: string;
  readonly certainty: Certainty;
  readonly evidence: readonly DraftEvidence[];
} & (
  | { readonly kind: 'streaming'; readonly slot: string | null }
  | {
      readonly kind: 'logical';
      readonly subscription: string;
      readonly publications: readonly string[];
      readonly slot: string | null;
      readonly connection: string | null;
    }
  | { readonly kind: 'queue' }
);

export interface DraftConsumer {
  readonly node: string;
  readonly slot: string;
  readonly certainty: Certainty;
  readonly evidence: readonly DraftEvidence[];
}

export interface DraftQueue {
  readonly table: TableName;
  readonly capture: 'trigger' | 'application';
  readonly tables: readonly TableName[];
  readonly evidence: readonly DraftEvidence[];
}

/** What is being put together; each joining rule adds to it. */
export class Draft {
  readonly nodes = new Map<string, DraftNode>();
  readonly edges: DraftEdge[] = [];
  readonly consumers: DraftConsumer[] = [];
  /** By key of the node. */
  readonly queues = new Map<string, DraftQueue>();
  readonly skipped: Words[] = [];
  readonly warnings: Words[] = [];
  /** Senders that serve a node of the draft: `server key/pid`. */
  readonly claimedSenders = new Set<string>();
  /** Slots that a node of the draft reads or would read: `server key/slot`. */
  readonly claimedSlots = new Set<string>();

  constructor(
    readonly looks: readonly Look[],
    readonly servers: readonly Server[],
  ) {}

  addNode(node: DraftNode): DraftNode {
    const known = this.nodes.get(node.key);
    if (known !== undefined) {
      const merged = { ...known, evidence: [...known.evidence, ...node.evidence] };
      this.nodes.set(node.key, merged);
      return merged;
    }
    const failedLook = this.looks.find(
      (look) => look.soughtKey === node.key && look.failure !== null,
    );
    const added = failedLook === undefined ? node : withFailure(node, failedLook);
    this.nodes.set(node.key, added);
    return added;
  }

  /** The node of a server that stands for it where its database does not matter. */
  nodeOf(server: Server, database: string | null): DraftNode | null {
    const own = [...this.nodes.values()].filter((node) => node.server === server);
    return own.find((node) => node.database === database) ?? own[0] ?? null;
  }

  /** Adds names that say more than a role, and less than those there are before one. */
  hintAt(key: string, hints: readonly string[]): void {
    const node = this.nodes.get(key);
    if (node === undefined) return;
    const roles = node.hints.findIndex((hint) => hint === 'standby' || hint === 'primary');
    const at = roles < 0 ? node.hints.length : roles;
    const more = hints.filter((hint) => !node.hints.includes(hint));
    this.nodes.set(key, { ...node, hints: node.hints.toSpliced(at, 0, ...more) });
  }
}

/** What a person said to dial is kept, also when nothing answered there; a node that answered elsewhere stays where it did. */
function withFailure(node: DraftNode, look: Look): DraftNode {
  const text = failureWords(look);
  if (node.answer !== null) return { ...node, problem: () => text };
  return {
    ...node,
    failedLook: look,
    connection: look.connection,
    address: look.endpoint ?? node.address,
    problem: () => text,
  };
}

/** `key` of the node that one database of a server is. */
export function nodeKey(server: Server, database: string): string {
  return `node:${server.key}/${database}`;
}

/**
 * A connection to another place by the same user and in the same way as one that was answered. Settings that hold for that place alone
 * do not go along.
 */
export function connectionTo(
  { connection, endpoint, facts }: Answer,
  { host, port }: Endpoint,
  database: string,
): ConnectionParams {
  const leavesMachine = isLoopback(endpoint.host) && !isLoopback(host);
  const kept = Object.entries(connection).filter(
    ([keyword, value]) =>
      !PLACE_KEYWORDS.has(keyword) &&
      // Off the machine nothing goes unencrypted because it did so on it.
      !(leavesMachine && keyword === 'sslmode' && value === 'disable'),
  );
  const user = connection['user'] ?? facts.role;
  return { host, port: String(port), dbname: database, ...Object.fromEntries(kept), user };
}

const PLACE_KEYWORDS: ReadonlySet<string> = new Set([
  'host',
  'hostaddr',
  'port',
  'dbname',
  'service',
  'servicefile',
  'target_session_attrs',
  'load_balance_hosts',
]);
