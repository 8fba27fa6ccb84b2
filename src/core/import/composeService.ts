import { say } from '../say';
import { expandVariables, type Variables } from './expandVariables';

/** What reading a Compose file needs besides it. */
export interface ComposeSource {
  /** As messages name it: `docker-compose.yml`. */
  readonly file: string;
  /** Of the `.env` beside it. */
  readonly variables: Variables;
  /** Variables of a file that `env_file` names; `null` when it was not read. */
  readonly envFile: (path: string) => Variables | null;
}

/** One service, its variables put in. */
export interface ComposeService {
  readonly name: string;
  /** Every name that it answers to within its network, its own first. */
  readonly hosts: readonly string[];
  readonly image: string | null;
  readonly isBuilt: boolean;
  readonly environment: Variables;
  /** Variables of `environment` that lack something, by name. */
  readonly incomplete: ReadonlyMap<string, readonly string[]>;
  /** Port mappings as written, variables put in. */
  readonly ports: readonly PortMapping[];
  readonly unreadPorts: number;
  /** `command` and `entrypoint` as one text. */
  readonly command: string;
  readonly usesHostNetwork: boolean;
  readonly dependsOn: readonly string[];
  readonly profiles: readonly string[];
  /** Finished sentences. */
  readonly notes: readonly string[];
}

export interface PortMapping {
  readonly container: number;
  /** `null`: Docker picks one. */
  readonly published: number | null;
  readonly host: string | null;
}

export type Fields = ReadonlyMap<string, unknown>;

/** An object of the document by its keys; `null` for anything else. */
export function asFields(value: unknown): Fields | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? new Map<string, unknown>(Object.entries(value))
    : null;
}

/** Reads one service; what it extends within the file is put below it first. */
export function readService(name: string, services: Fields, source: ComposeSource): ComposeService {
  const notes: string[] = [];
  const where = say`${name} in ${source.file}`;
  const fields = withBase(name, { services, notes, where, depth: 0 });
  const text = (value: unknown) => plainText(value, source.variables);
  const environment = readEnvironment(fields, { source, notes, where });
  const { ports, unread } = readPorts(list(fields.get('ports')), text);
  const image = text(fields.get('image'));
  return {
    name,
    hosts: hostsOf(name, fields),
    image: image === null ? null : image.value,
    isBuilt: fields.has('build'),
    ...environment,
    ports,
    unreadPorts: unread,
    command: [...words(fields.get('entrypoint'), text), ...words(fields.get('command'), text)].join(
      ' ',
    ),
    usesHostNetwork: fields.get('network_mode') === 'host',
    dependsOn: keysOrList(fields.get('depends_on')),
    profiles: strings(fields.get('profiles')),
    notes,
  };
}

interface Extending {
  readonly services: Fields;
  readonly notes: string[];
  readonly where: string;
  readonly depth: number;
}

function withBase(name: string, { services, notes, where, depth }: Extending): Fields {
  const own = asFields(services.get(name)) ?? new Map<string, unknown>();
  const extended = own.get('extends');
  if (extended === undefined || depth > 8) return own;
  const fields = asFields(extended);
  const file = fields?.get('file');
  const service = typeof extended === 'string' ? extended : fields?.get('service');
  if (file !== undefined || typeof service !== 'string' || !services.has(service)) {
    notes.push(say`${where} extends a service of another file, which was not read.`);
    return own;
  }
  const base = withBase(service, { services, notes, where, depth: depth + 1 });
  const merged = new Map([...base, ...own]);
  for (const key of ['environment', 'ports', 'env_file']) {
    const [below, above] = [base.get(key), own.get(key)];
    if (below === undefined || above === undefined) continue;
    merged.set(
      key,
      key === 'environment' ? [...pairs(below), ...pairs(above)] : [...list(below), ...list(above)],
    );
  }
  return merged;
}

interface Reading {
  readonly source: ComposeSource;
  readonly notes: string[];
  readonly where: string;
}

function readEnvironment(
  fields: Fields,
  { source, notes, where }: Reading,
): Pick<ComposeService, 'environment' | 'incomplete'> {
  const environment = new Map<string, string>();
  for (const entry of list(fields.get('env_file'))) {
    const path = typeof entry === 'string' ? entry : asFields(entry)?.get('path');
    if (typeof path !== 'string') continue;
    const variables = source.envFile(path);
    if (variables === null)
      notes.push(say`${where} takes variables from a file that was not read.`);
    for (const [key, value] of variables ?? []) environment.set(key, value);
  }
  const incomplete = new Map<string, readonly string[]>();
  for (const [key, value] of pairs(fields.get('environment'))) {
    // Without a value it is taken from where Compose runs.
    const text = value ?? (source.variables.has(key) ? `\${${key}}` : null);
    if (text === null) {
      if (!environment.has(key)) incomplete.set(key, [key]);
      continue;
    }
    if (typeof text === 'boolean') {
      notes.push(
        say`${key} of ${where} is ${String(text)} without quotes; Compose takes only text there.`,
      );
    }
    const read = plainText(text, source.variables);
    if (read === null) continue;
    if (read.missing.length === 0) environment.set(key, read.value);
    else {
      environment.delete(key);
      incomplete.set(key, read.missing);
    }
  }
  return { environment, incomplete };
}

/** Pairs of the map `KEY: value` or of the list `- KEY=value`; `null` for a key without a value. */
function pairs(value: unknown): (readonly [string, unknown])[] {
  const fields = asFields(value);
  if (fields !== null) return [...fields];
  return list(value).flatMap((entry): (readonly [string, unknown])[] => {
    if (Array.isArray(entry)) {
      const [key, given] = entry as readonly unknown[];
      return typeof key === 'string' ? [[key, given]] : [];
    }
    if (typeof entry !== 'string') return [];
    const equals = entry.indexOf('=');
    return [equals < 0 ? [entry, null] : [entry.slice(0, equals), entry.slice(equals + 1)]];
  });
}

type Text = (value: unknown) => ReturnType<typeof plainText>;

function plainText(value: unknown, variables: Variables) {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return { value: String(value), missing: [] };
  }
  return typeof value === 'string' ? expandVariables(value, variables, 'compose') : null;
}

function readPorts(
  entries: readonly unknown[],
  text: Text,
): { ports: readonly PortMapping[]; unread: number } {
  let unread = 0;
  const ports = entries.slice(0, 100).flatMap((entry) => {
    const fields = asFields(entry);
    const read = fields === null ? shortPorts(text(entry)) : longPort(fields, text);
    if (read === null) unread += 1;
    return read ?? [];
  });
  return { ports, unread };
}

/** `5432`, `5433:5432`, `127.0.0.1:5433:5432/tcp`, `[::1]:5433:5432`, `5433-5434:5432-5433`. */
function shortPorts(text: ReturnType<Text>): PortMapping[] | null {
  if (text === null || text.missing.length > 0) return null;
  const parts =
    /^(?:(\[[0-9a-f:.]+\]|[^:]*):)?(?:(\d*(?:-\d+)?):)?(\d+(?:-\d+)?)(?:\/(tcp|udp))?$/iu.exec(
      text.value.trim(),
    );
  if (parts === null) return null;
  const [, first, second, container, protocol] = parts;
  if (protocol?.toLowerCase() === 'udp') return [];
  const published = second ?? (first !== undefined && /^\d*(?:-\d+)?$/u.test(first) ? first : '');
  const address = second === undefined && published === first ? undefined : first;
  const inside = range(container ?? '');
  const outside = published === '' ? [] : range(published);
  if (outside.length > 0 && inside.length > 1 && outside.length !== inside.length) return null;
  const host = address === undefined || address === '' ? null : address.replace(/^\[|\]$/gu, '');
  return inside.map((port, index) => {
    // A range for one port: Docker picks one of it.
    const isPicked = outside.length > inside.length;
    return { container: port, published: isPicked ? null : (outside[index] ?? null), host };
  });
}

function longPort(fields: Fields, text: Text): PortMapping[] | null {
  const [target, published, host] = ['target', 'published', 'host_ip'].map((key) =>
    text(fields.get(key)),
  );
  if (fields.get('protocol') === 'udp') return [];
  if (target === null || target === undefined || target.missing.length > 0) return null;
  const [container] = range(target.value);
  if (container === undefined) return null;
  const outside = published === null || published === undefined ? [] : range(published.value);
  return [
    {
      container,
      published: outside.length === 1 ? (outside[0] ?? null) : null,
      host: host?.value ?? null,
    },
  ];
}

function range(text: string): number[] {
  const [, first, last] = /^(\d{1,5})(?:-(\d{1,5}))?$/u.exec(text) ?? [];
  if (first === undefined) return [];
  const from = Number(first);
  const to = Number(last ?? first);
  if (from < 1 || to > 65_535 || to < from || to - from > 100) return [];
  return Array.from({ length: to - from + 1 }, (_, index) => from + index);
}

function hostsOf(name: string, fields: Fields): string[] {
  const aliases = [...(asFields(fields.get('networks'))?.values() ?? [])].flatMap((network) =>
    strings(asFields(network)?.get('aliases')),
  );
  const others = strings([fields.get('container_name'), fields.get('hostname')]);
  return [...new Set([name, ...others, ...aliases])];
}

function words(value: unknown, text: Text): string[] {
  const parts = typeof value === 'string' ? [value] : list(value);
  return parts.flatMap((part) => {
    const read = text(part);
    return read === null ? [] : [read.value];
  });
}

function keysOrList(value: unknown): string[] {
  const fields = asFields(value);
  return fields === null ? strings(value) : [...fields.keys()];
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value as readonly unknown[];
  return value === undefined || value === null || typeof value === 'object' ? [] : [value];
}

function strings(value: unknown): string[] {
  return list(value).filter((entry) => typeof entry === 'string');
}
