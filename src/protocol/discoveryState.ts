import './jitless';
import * as z from 'zod/mini';

const EVIDENCE = z.array(z.object({ text: z.string(), atMs: z.nullable(z.number()) }));
const SHOWN = { certainty: z.enum(['seen', 'guessed']), evidence: EVIDENCE };

const NODE = z.object({
  id: z.string(),
  /** Stays with the node while it is looked at again, where its id may become another. */
  key: z.string(),
  ...SHOWN,
  /** As it would be dialled from here; empty: no address is known. */
  host: z.string(),
  /** Empty: the usual one. */
  port: z.string(),
  /** What else of the connection may be shown, by what people call it. */
  connection: z.array(z.object({ label: z.string(), value: z.string() })),
  problem: z.nullable(z.string()),
  /** Whether the server answered; only then its system identifier is known. */
  isReached: z.boolean(),
  isInFile: z.boolean(),
  publications: z.array(z.object({ name: z.string(), content: z.string(), evidence: EVIDENCE })),
  queue: z.nullable(z.object({ table: z.string(), content: z.string(), evidence: EVIDENCE })),
});

const EDGE = z.object({
  ...SHOWN,
  kind: z.enum(['streaming', 'logical', 'queue']),
  from: z.string(),
  to: z.string(),
  slot: z.nullable(z.string()),
  subscription: z.nullable(z.string()),
  publications: z.array(z.string()),
  /** How the subscriber's server dials, where that differs from how we do. */
  connection: z.nullable(z.string()),
});

const LOOK = z.object({
  /** Key of the node that is being looked at; `null`: none is. */
  key: z.nullable(z.string()),
  /** Finished sentence: what is done, or what came of it; empty before the first. */
  said: z.string(),
});

const CONSUMER = z.object({ id: z.string(), node: z.string(), slot: z.string(), ...SHOWN });

/** What was found, as the map shows it. Holds no secret. */
export const DISCOVERY_STATE = z.object({
  /** What the page is about: `Discovered Topology`, `Import of .env`. */
  title: z.string(),
  /** `null`: none suggests itself. */
  name: z.nullable(z.string()),
  nodes: z.array(NODE),
  edges: z.array(EDGE),
  consumers: z.array(CONSUMER),
  /** Names that the file gives to what is not on the map. */
  takenNames: z.array(z.string()),
  skipped: z.array(z.string()),
  warnings: z.array(z.string()),
  /** `null`: nothing can be looked at from here, as of what files say. */
  look: z.nullable(LOOK),
});

export type DiscoveryState = z.infer<typeof DISCOVERY_STATE>;
export type DiscoveryNode = z.infer<typeof NODE>;
export type DiscoveryEdge = z.infer<typeof EDGE>;
export type DiscoveryConsumer = z.infer<typeof CONSUMER>;
export type DiscoveryEvidence = z.infer<typeof EVIDENCE>;
