import type { Uri } from 'vscode';
import { say } from '../core/say';

/** Larger files are not read: a topology of 500 nodes is a tenth of this. */
export const MAX_FILE_BYTES = 1024 * 1024;

/** The content of a topology file, or why it was not read. */
export type FileText =
  | { readonly kind: 'text'; readonly text: string }
  /** `reason` is a finished sentence. */
  | { readonly kind: 'refused'; readonly reason: string };

/** One topology file of the workspace. */
export interface WatchedFile {
  readonly uri: Uri;
  /** What is stored. The topology that servers are asked for comes from here alone, so that half-typed host names are never dialled. */
  readonly stored: FileText;
  /** What an editor shows but has not saved; `null` when it is the same as stored. */
  readonly unsaved: string | null;
}

/** Reads bytes as UTF-8, with or without a mark in front. */
export function decodeFile(name: string, bytes: Uint8Array): FileText {
  if (bytes.byteLength > MAX_FILE_BYTES) return tooLarge(name);
  const isUtf16 =
    (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) return refuse(say`${name} is UTF-16 text. Save it as UTF-8.`);
  try {
    return { kind: 'text', text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return refuse(say`${name} is not UTF-8 text. Save it as UTF-8.`);
  }
}

export function tooLarge(name: string): FileText {
  return refuse(say`${name} is too large (limit 1 MB).`);
}

export function refuse(reason: string): FileText {
  return { kind: 'refused', reason };
}

/** Whether a path is one of a topology file: `pg-topology.json` or `*.pg-topology.json`. */
export function isTopologyFile(uri: Pick<Uri, 'path'>): boolean {
  return /(?:^|[/.])pg-topology\.json$/u.test(uri.path);
}

/** The last part of a URI's path. */
export function fileName(uri: Pick<Uri, 'path'>): string {
  return uri.path.slice(uri.path.lastIndexOf('/') + 1);
}
