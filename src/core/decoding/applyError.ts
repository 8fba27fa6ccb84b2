/** Why the apply worker of a subscription stopped, in its server's words. */
export interface ApplyError {
  readonly message: string;
  /** Such as the key that exists already; `null`: it said none. */
  readonly detail: string | null;
  /** `schema.table` as the server writes it; `null` when it concerns none. */
  readonly relation: string | null;
  /** `X/Y`: the transaction to skip; `null` before 15. */
  readonly finishLsn: string | null;
}

/**
 * Finds the last error of a subscription in a server's log, whichever of its formats (stderr, csvlog, jsonlog) that is.
 * English alone: a server that speaks otherwise says nothing here.
 * @param oid of the subscription, by which its context names it
 */
export function findApplyError(log: string, oid: number): ApplyError | null {
  // The formats differ in how they write quotes and line ends.
  const text = log.includes('"error_severity":')
    ? log.replaceAll('\\"', '"').replaceAll('\\n', '\n')
    : log.replaceAll('""', '"');
  const pattern = `processing remote data for replication origin "pg_${oid}"[^\\n]*`;
  const context = [...text.matchAll(new RegExp(pattern, 'gu'))].at(-1);
  if (context === undefined) return null;
  const before = text.slice(0, context.index);
  const start = Math.max(
    before.lastIndexOf('ERROR:'),
    before.lastIndexOf(',ERROR,'),
    before.lastIndexOf('"ERROR"'),
  );
  if (start < 0) return null;
  const part = before.slice(start);
  return {
    message: messageOf(part),
    detail:
      /Key (?:already exists[^\n]*\n\s*)?[^\n]*\([^\n]*\)=\([^\n]*?\)(?= already|[;.,"\n])/u
        .exec(part)?.[0]
        .trim() ?? null,
    relation: /target relation "((?:[^"\n])+)"/u.exec(context[0])?.[1] ?? null,
    finishLsn: /finished at ([0-9A-F]+\/[0-9A-F]+)/u.exec(context[0])?.[1] ?? null,
  };
}

/** The words behind the severity: `ERROR:  …` in plain text, a field of its own in the others. */
function messageOf(part: string): string {
  const plain = /^ERROR:\s+([^\n]*)/u.exec(part)?.[1];
  const csv = /^,ERROR,[^,]*,"([^\n]*?)",/u.exec(part)?.[1];
  const json = /"message":"([^\n]*?)",/u.exec(part)?.[1];
  return plain ?? csv ?? json ?? 'an error';
}
