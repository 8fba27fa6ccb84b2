import { say } from '../say';
import type { HbaRule } from './setupFacts';

export interface HbaLine {
  /** `all`, or a name; `replication` for standbys. */
  readonly database: string;
  readonly user: string;
  /** An address, else a placeholder in angle brackets. */
  readonly address: string;
  readonly isTls: boolean;
}

/** Words that mean something else unless they are quoted. */
const KEYWORDS = new Set(['all', 'sameuser', 'samerole', 'samegroup', 'replication']);

/**
 * A line to paste into pg_hba.conf: `hostssl app streamer 10.0.0.5/32 scram-sha-256`. Names are quoted where they must be.
 * `replication` as database is the keyword.
 */
export function hbaLine({ database, user, address, isTls }: HbaLine): string {
  const name = database === 'replication' || database === 'all' ? database : quoted(database);
  return [isTls ? 'hostssl' : 'host', name, quoted(user), withMask(address), 'scram-sha-256'].join(
    ' ',
  );
}

/** A rule as its file has it, without options: `host all all 0.0.0.0/0 md5`. */
export function ruleText(rule: HbaRule): string {
  const address =
    rule.address === null
      ? []
      : [rule.netmask === null ? rule.address : `${rule.address} ${rule.netmask}`];
  return [rule.type, rule.databases.join(','), rule.users.join(','), ...address, rule.method].join(
    ' ',
  );
}

/** `line 12 of pg_hba.conf` */
export function rulePlace({ line, file }: HbaRule): string {
  return say`line ${line} of ${file === null ? 'pg_hba.conf' : (file.split(/[/\\]/u).at(-1) ?? file)}`;
}

/** Quotes take no escape in that file: a name with a quote cannot be written. */
function quoted(name: string): string {
  return /^[\w-]+$/u.test(name) && !KEYWORDS.has(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

function withMask(address: string): string {
  if (address.startsWith('<') || address.includes('/')) return address;
  return address.includes(':') ? `${address}/128` : `${address}/32`;
}
