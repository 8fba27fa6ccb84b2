import { LIBPQ_KEYWORDS } from './connectionStringKeywords';
import { say } from './say';

export interface ServiceDefinition {
  readonly params: Readonly<Record<string, string>>;
  /** What was left out, and why; finished sentences without values. */
  readonly notes: readonly string[];
}

export interface ServiceFileContent {
  /** `null` when no section has the name. */
  readonly service: ServiceDefinition | null;
  /** About the file as a whole. */
  readonly notes: readonly string[];
}

/**
 * Finds one service in the text of a service file.
 * @see libpq, "The Connection Service File"
 */
export function findService(text: string, name: string): ServiceFileContent {
  const { services, notes } = readServiceFile(text);
  return { service: services.get(name) ?? null, notes };
}

/**
 * Reads every service of a service file, by name. More lenient than libpq, which refuses the file over an unknown key: here
 * such lines are left out with a note. LDAP look-ups are never made. It is no INI file of another kind: only a line that
 * begins with `#` is a comment, nothing is quoted, and the first section of a name and the first value of a key count.
 */
export function readServiceFile(text: string): {
  readonly services: ReadonlyMap<string, ServiceDefinition>;
  readonly notes: readonly string[];
} {
  const services = new Map<string, { params: Record<string, string>; notes: string[] }>();
  const fileNotes: string[] = [];
  let inside: { params: Record<string, string>; notes: string[] } | null = null;
  let hasSections = false;
  for (const [index, rawLine] of text.split(/\r\n|\n|\r/).entries()) {
    const line = rawLine.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      hasSections = true;
      inside = null;
      const name = /^\[(.*)\]$/u.exec(line)?.[1];
      if (name === undefined || services.has(name)) continue;
      inside = { params: {}, notes: [] };
      services.set(name, inside);
      continue;
    }
    if (inside === null) continue;
    const note = takeLine(line, inside.params);
    if (note !== null) inside.notes.push(say`Line ${index + 1}: ${note}`);
  }
  if (!hasSections) fileNotes.push(say`The file has no [section].`);
  return { services, notes: fileNotes };
}

/** @returns why the line was left out; `null` when it was taken. */
function takeLine(line: string, params: Record<string, string>): string | null {
  if (/^ldaps?:/i.test(line)) return say`LDAP look-ups are not made; the line is ignored.`;
  const equals = line.indexOf('=');
  if (equals <= 0) return say`there is no key=value; the line is ignored.`;
  const key = line.slice(0, equals).trim();
  const value = line.slice(equals + 1).trim();
  if (key === 'service' || key === 'servicefile') {
    return say`a service cannot name another ("${key}"); the line is ignored.`;
  }
  if (!LIBPQ_KEYWORDS.has(key))
    return say`"${key.slice(0, 40)}" is no keyword; the line is ignored.`;
  // The first value of a key counts, as in libpq.
  params[key] ??= value;
  return null;
}
