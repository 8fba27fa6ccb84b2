import { say } from '../say';
import type { ComposeService } from './composeService';
import { expandVariables } from './expandVariables';

/** Where a service takes its WAL from, as its variables or its command say. */
export interface Upstream {
  readonly host: string;
  readonly port: string | null;
  readonly slot: string | null;
  /** A clause without values: `POSTGRESQL_MASTER_HOST of replica in docker-compose.yml`. */
  readonly evidence: string;
}

/** Variables that images of Postgres read their primary from. */
const NAMES_PRIMARY =
  /^(?:(?:[A-Z0-9]+_)*(?:MASTER|PRIMARY|LEADER|UPSTREAM)(?:_(?:NODE|SERVICE|DB|PG|POSTGRES))*(?:_(?:HOST|HOSTNAME|NAME|ADDR|ADDRESS|SERVICE))?|(?:[A-Z0-9]+_)*REPLICATE_FROM|(?:PG_|POSTGRES_|POSTGRESQL_)?REPLICATION_HOST|REPLICA_OF)$/u;
/** Those too, where the command makes a copy of another server. */
const NAMES_COPIED = /^(?:PGHOST|POSTGRES_HOST|DB_HOST)$/u;
const PORT_OF =
  /^(?:POSTGRESQL_(?:MASTER|PRIMARY)_PORT_NUMBER|REPMGR_PRIMARY_PORT|REPLICATION_PORT)$/u;

/** Where it takes its WAL from; `null` where nothing but its name may tell. */
export function upstreamOf(service: ComposeService, file: string): Upstream | null {
  const mode = service.environment.get('POSTGRESQL_REPLICATION_MODE')?.toLowerCase();
  if (mode === 'master' || mode === 'primary') return null;
  // What a script takes from the variables of its container is `$$NAME` in the file.
  const command = expandVariables(service.command, service.environment, 'known').value;
  const slot =
    /primary_slot_name\s*=\s*'?"?([a-z0-9_]+)/u.exec(command)?.[1] ??
    /\bpg_basebackup\b[^;&|]*\s(?:-S\s*|--slot[= ])'?"?([a-z0-9_]+)/u.exec(command)?.[1] ??
    null;
  return (
    fromVariables(service, { file, command, slot }) ?? fromCommand(service, { file, command, slot })
  );
}

interface Context {
  readonly file: string;
  readonly command: string;
  readonly slot: string | null;
}

function fromVariables(service: ComposeService, { file, command, slot }: Context): Upstream | null {
  const isCopy = command.includes('pg_basebackup');
  const port = [...service.environment].find(([name]) => PORT_OF.test(name))?.[1] ?? null;
  for (const [name, value] of service.environment) {
    if (!NAMES_PRIMARY.test(name) && !(isCopy && NAMES_COPIED.test(name))) continue;
    const parts = /^([\p{L}\p{N}][\p{L}\p{N}._-]*)(?::(\d{1,5}))?$/u.exec(value.trim());
    const host = parts?.[1];
    if (host === undefined || /^(?:true|false|yes|no|on|off|\d+)$/iu.test(host)) continue;
    // Each member of a group names the first primary, that one too.
    if (service.hosts.includes(host)) return null;
    const evidence = say`${name} of ${service.name} in ${file}`;
    return { host, port: parts?.[2] ?? port, slot, evidence };
  }
  return null;
}

function fromCommand(service: ComposeService, { file, command, slot }: Context): Upstream | null {
  const conninfo = /primary_conninfo\s*=?\s*['"\\]*([^;&|]*)/u.exec(command)?.[1];
  const inConninfo = /\bhost\s*=\s*'?([\p{L}\p{N}][\p{L}\p{N}._-]*)/u.exec(conninfo ?? '')?.[1];
  if (inConninfo !== undefined) {
    const port = /\bport\s*=\s*'?(\d{1,5})/u.exec(conninfo ?? '')?.[1] ?? null;
    return {
      host: inConninfo,
      port,
      slot,
      evidence: say`primary_conninfo of ${service.name} in ${file}`,
    };
  }
  const copy = /\bpg_basebackup\b([^;&|]*)/u.exec(command)?.[1];
  if (copy === undefined) return null;
  const host =
    /\s(?:-h\s*|--host[= ])['"]?([\p{L}\p{N}][\p{L}\p{N}._-]*)/u.exec(copy)?.[1] ??
    /\bhost=([\p{L}\p{N}][\p{L}\p{N}._-]*)/u.exec(copy)?.[1] ??
    /@([\p{L}\p{N}][\p{L}\p{N}._-]*)(?::\d{1,5})?(?:\/|\s|'|"|$)/u.exec(copy)?.[1];
  if (host === undefined) return null;
  const port = /\s(?:-p\s*|--port[= ])['"]?(\d{1,5})/u.exec(copy)?.[1] ?? null;
  return { host, port, slot, evidence: say`pg_basebackup of ${service.name} in ${file}` };
}
