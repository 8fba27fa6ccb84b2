import { parseIpAddress } from '../ipAddress';
import type { HbaRule } from './setupFacts';

/** A connection as pg_hba.conf sees it. */
export interface HbaTarget {
  /** `local`: by Unix socket; its address is passed over. */
  readonly type: 'local' | 'host';
  readonly database: string;
  readonly user: string;
  /** Roles that the user is a member of, for `+role`; `null` when that is not known. */
  readonly memberOf: readonly string[] | null;
  /** `null` when it is not known. */
  readonly address: string | null;
  readonly isTls: boolean;
  /** A standby's connection or a base backup, which has no database; a subscription's has one. */
  readonly isPhysical: boolean;
}

/** The first rule that fits decides. `unknown`: whether `rule`, which comes before any that surely fits, does is not known. */
export type HbaMatch =
  | { readonly kind: 'rule'; readonly rule: HbaRule }
  | { readonly kind: 'none' }
  | { readonly kind: 'unknown'; readonly rule: HbaRule };

type Fit = boolean | null;

/** Which of the rules, in their order, a connection meets. Rules with errors are passed over, as the server does. */
export function matchHba(rules: readonly HbaRule[], target: HbaTarget): HbaMatch {
  for (const rule of rules) {
    if (rule.error !== null) continue;
    const fits = all([
      typeFits(rule, target),
      any(rule.databases.map((word) => databaseFits(word, target))),
      any(rule.users.map((word) => userFits(word, target))),
      target.type === 'local' ? true : addressFits(rule, target.address),
    ]);
    if (fits === true) return { kind: 'rule', rule };
    if (fits === null) return { kind: 'unknown', rule };
  }
  return { kind: 'none' };
}

function all(fits: readonly Fit[]): Fit {
  if (fits.includes(false)) return false;
  return fits.includes(null) ? null : true;
}

function any(fits: readonly Fit[]): Fit {
  if (fits.includes(true)) return true;
  return fits.includes(null) ? null : false;
}

function typeFits({ type }: HbaRule, target: HbaTarget): boolean {
  if (target.type === 'local') return type === 'local';
  switch (type) {
    case 'host':
    case 'hostnogssenc':
      return true;
    case 'hostssl':
      return target.isTls;
    case 'hostnossl':
      return !target.isTls;
    default:
      // `local`, and `hostgssenc`, which nothing of ours uses.
      return false;
  }
}

/** `replication` means physical replication alone, and nothing else means that. */
function databaseFits(word: string, { database, user, memberOf, isPhysical }: HbaTarget): Fit {
  if (isPhysical || word === 'replication') return isPhysical && word === 'replication';
  switch (word) {
    case 'all':
      return true;
    case 'sameuser':
      return database === user;
    case 'samerole':
    case 'samegroup':
      return memberOf === null ? null : memberOf.includes(database);
    default:
      return word.startsWith('/') ? regexFits(word.slice(1), database) : word === database;
  }
}

function userFits(word: string, { user, memberOf }: HbaTarget): Fit {
  if (word === 'all') return true;
  if (word.startsWith('+')) return memberOf === null ? null : memberOf.includes(word.slice(1));
  return word.startsWith('/') ? regexFits(word.slice(1), user) : word === user;
}

/** Patterns that mean the same everywhere and cost nothing; others are not judged. */
const PLAIN_PATTERN = /^\^?(?:[\w-]|\\[.d]|\.[*+]?){1,64}\$?$/u;

function regexFits(pattern: string, text: string): Fit {
  if (!PLAIN_PATTERN.test(pattern) || (pattern.match(/[*+]/gu)?.length ?? 0) > 2) return null;
  return new RegExp(pattern, 'u').test(text);
}

function addressFits({ address, netmask }: HbaRule, client: string | null): Fit {
  if (address === 'all') return true;
  if (client === null || address === null) return null;
  const ip = parseIpAddress(client);
  if (ip === null) return null;
  if (address === 'samehost') return isLoopback(ip) ? true : null;
  if (address === 'samenet') return isLoopback(ip) ? true : null;
  const network = parseIpAddress(address);
  // A host name: the server asks its resolver, which may answer otherwise than ours.
  if (network === null) return null;
  if (address.includes(':') !== client.includes(':')) return false;
  const mask = netmask === null ? null : parseIpAddress(netmask);
  if (mask === null) return null;
  const first = address.includes(':') ? 0 : 6;
  return ip
    .slice(first)
    .every(
      (group, index) =>
        (group & (mask[first + index] ?? 0)) ===
        ((network[first + index] ?? 0) & (mask[first + index] ?? 0)),
    );
}

function isLoopback(ip: readonly number[]): boolean {
  const isV4 = ip[5] === 0xffff && (ip[6] ?? 0) >>> 8 === 127;
  return isV4 || ip.every((group, index) => group === (index === 7 ? 1 : 0));
}
