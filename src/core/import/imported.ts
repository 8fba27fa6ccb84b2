import type { ConnectionParams } from '../topology';

/** A server as a file of the project names it. */
export interface ImportedServer {
  /** Unique within what was imported; links name it. */
  readonly key: string;
  /** What it may be called; made a legal and unique name later. */
  readonly name: string;
  /** Without secrets. Empty when no address is known. */
  readonly connection: ConnectionParams;
  readonly password: string | null;
  /** Finished sentence: why its address may not lead there from here; `null`. */
  readonly problem: string | null;
  /** Clauses without a full stop and without values: `MASTER_DB_HOST in .env`. Never empty. */
  readonly evidence: readonly string[];
}

/** What a file lets one guess about two servers, by their keys. */
export type ImportedLink = {
  readonly from: string;
  readonly to: string;
  readonly evidence: readonly string[];
} & (
  | { readonly kind: 'streaming'; readonly slot: string | null }
  | {
      readonly kind: 'logical';
      readonly subscription: string;
      readonly publications: readonly string[];
      readonly slot: string | null;
    }
  | { readonly kind: 'queue' }
);

/** What one file comes to. Sentences are finished and hold no value that may be a secret. */
export interface Imported {
  /** Name for the topology; `null`: none suggests itself. */
  readonly name: string | null;
  readonly servers: readonly ImportedServer[];
  readonly links: readonly ImportedLink[];
  readonly skipped: readonly string[];
  readonly warnings: readonly string[];
}

/** What a file comes to that could not be read at all. */
export function nothingImported(reason: string): Imported {
  return { name: null, servers: [], links: [], skipped: [reason], warnings: [] };
}

/** Begins a sentence with words that may stand within one. */
export function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
