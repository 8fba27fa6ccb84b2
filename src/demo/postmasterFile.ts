/** What a server writes into `postmaster.pid` of its data directory. */
export interface PostmasterFile {
  readonly pid: number;
  readonly dataDirectory: string;
  /** Seconds of the epoch. */
  readonly startedAtSeconds: number;
}

/** @returns `null` for a text that is no such file, or is not written to its end yet */
export function readPostmasterFile(text: string): PostmasterFile | null {
  const [pid = '', dataDirectory = '', startedAt = ''] = text.split(/\r?\n/u);
  const file = { pid: Number(pid), dataDirectory, startedAtSeconds: Number(startedAt) };
  const isWhole = file.pid > 0 && dataDirectory !== '' && file.startedAtSeconds > 0;
  return isWhole && Number.isInteger(file.pid) ? file : null;
}

/** What could be learned of the process that a `postmaster.pid` names. */
export interface ProcessFacts {
  /** Whether it works in the data directory; `null`: the system does not tell. */
  readonly worksThere: boolean | null;
  /** When it started; `null`: the system does not tell. */
  readonly startedAtSeconds: number | null;
}

/** `ps` tells whole seconds, and the server writes its own time a moment after it began. */
const TOLERANCE_SECONDS = 3;

/**
 * Whether a process is the server of this data directory, beyond doubt. Pids are used again, so a pid alone proves nothing: the process
 * must work in the directory or, where that cannot be seen, have started when the file says.
 */
export function isServerOf(
  dataDirectory: string,
  file: PostmasterFile,
  facts: ProcessFacts,
): boolean {
  if (file.dataDirectory !== dataDirectory) return false;
  if (facts.worksThere !== null) return facts.worksThere;
  if (facts.startedAtSeconds === null) return false;
  return Math.abs(facts.startedAtSeconds - file.startedAtSeconds) <= TOLERANCE_SECONDS;
}
