import type { ConnectionParams } from './topology';

/** A piece of the text that was parsed, in UTF-16 units. */
export interface TextSpan {
  readonly offset: number;
  readonly length: number;
}

/** What can be wrong with a connection as written, or worth knowing, as a closed list. */
export type ConnectionProblemCode =
  | 'connection-empty'
  | 'connection-form'
  | 'connection-jdbc'
  | 'connection-scheme'
  | 'conninfo-quote'
  | 'conninfo-syntax'
  | 'conninfo-value'
  | 'host'
  | 'host-dot'
  | 'identifier-too-long'
  | 'ignored-keyword'
  | 'invisible-character'
  | 'keyword-value'
  | 'port'
  | 'port-count'
  | 'ssl-read-as'
  | 'sslmode-read-as'
  | 'unknown-keyword'
  | 'uri-encoding'
  | 'uri-ipv6'
  | 'uri-query';

/** What is wrong with a connection as written, or worth knowing about it. */
export interface ConnectionProblem extends TextSpan {
  readonly severity: 'error' | 'warning' | 'information';
  readonly code: ConnectionProblemCode;
  /** Finished sentences. Never hold a value that might be a password. */
  readonly message: string;
  /** Text to put in place of the span; `null` when there is no one answer. */
  readonly fix: { readonly title: string; readonly replacement: string } | null;
}

/** A secret written into the text. It is never part of the params. */
export interface LiteralSecret extends TextSpan {
  readonly keyword: string;
  readonly value: string;
  /** Taking this piece out leaves the same connection without the secret. */
  readonly removal: TextSpan;
}

/** One keyword with its value, as found, before any of it is judged. */
export interface RawParam {
  readonly keyword: string;
  readonly value: string;
  readonly keywordSpan: TextSpan;
  readonly valueSpan: TextSpan;
  readonly removal: TextSpan;
}

/** What a scanner of one notation found. After an error `raws` holds what came before it. */
export interface ScannedConnection {
  readonly raws: readonly RawParam[];
  readonly problems: readonly ConnectionProblem[];
}

export interface ParsedConnection {
  /** `null` when there is an error: then nothing may be dialled. */
  readonly params: ConnectionParams | null;
  readonly problems: readonly ConnectionProblem[];
  readonly secrets: readonly LiteralSecret[];
  /** Where each value stands that is part of the params, by keyword. */
  readonly spans: ReadonlyMap<string, TextSpan>;
}

/** Shorthand for a problem without a fix. */
export function connectionError(
  code: ConnectionProblemCode,
  message: string,
  span: TextSpan,
): ConnectionProblem {
  return { severity: 'error', code, message, offset: span.offset, length: span.length, fix: null };
}
