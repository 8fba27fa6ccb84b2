import { isAbsolute, normalize, sep } from 'node:path';

/** Who runs a demo, as it is written down for whoever finds it after a crash. No password is in it. */
export interface Owner {
  /** Of the extension host. */
  readonly pid: number;
  /** What tells it from a later process with that pid; `null` where the system does not tell. */
  readonly startedAt: string | null;
  /** Folder of the data directories. */
  readonly servers: string;
  /** The program that ends servers where there are no signals. */
  readonly pgCtl: string;
  /** Of the servers, once they run. */
  readonly ports: readonly number[];
}

/** @returns `null` for a text that says no such thing */
export function readOwner(text: string): Owner | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const { pid, startedAt, servers, pgCtl, ports } = value as Partial<Record<keyof Owner, unknown>>;
  if (typeof pid !== 'number' || !Number.isInteger(pid) || pid <= 0) return null;
  if (typeof servers !== 'string' || typeof pgCtl !== 'string' || !isAbsolute(pgCtl)) return null;
  return {
    pid,
    startedAt: typeof startedAt === 'string' ? startedAt : null,
    servers,
    pgCtl,
    ports: Array.isArray(ports) ? ports.filter((port) => typeof port === 'number') : [],
  };
}

/** Whether a folder that a file names is in one of those where runs are kept: nothing else is ever removed. */
export function mayRemove(folder: string, kept: readonly string[]): boolean {
  if (!isAbsolute(folder) || normalize(folder) !== folder) return false;
  return kept.some((parent) => folder.startsWith(`${parent}${sep}`) && !folder.endsWith(sep));
}
