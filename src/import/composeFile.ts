import { parseDocument, type YAMLError } from 'yaml';
import type { Variables } from '../core/import/expandVariables';
import { nothingImported, type Imported } from '../core/import/imported';
import { asFields, type ComposeSource } from '../core/import/composeService';
import { readCompose } from '../core/import/readCompose';
import { say } from '../core/say';
import { isDataTooDeep, isNestedTooDeep, refuseText } from './textLimits';

/** More places that one anchor is put into, and it is a bomb. */
const MAX_ALIASES = 50;

/** What a Compose file comes to. It never throws. */
export function importCompose(text: string, source: ComposeSource): Imported {
  const document = parseYaml(text, source.file);
  return document.kind === 'refused'
    ? nothingImported(document.reason)
    : readCompose(document.value, source);
}

/** Files that the services take variables from, as the file writes them. */
export function composeEnvFiles(text: string, file: string): string[] {
  const document = parseYaml(text, file);
  if (document.kind === 'refused') return [];
  const services = asFields(asFields(document.value)?.get('services'));
  const paths = [...(services?.values() ?? [])].flatMap((service) => {
    const named = asFields(service)?.get('env_file');
    const entries: readonly unknown[] = Array.isArray(named) ? named : [named];
    return entries.map((entry) =>
      typeof entry === 'string' ? entry : asFields(entry)?.get('path'),
    );
  });
  return [...new Set(paths.filter((path) => typeof path === 'string'))];
}

/** No variables at all. */
export const NO_VARIABLES: Variables = new Map();

type Parsed =
  | { readonly kind: 'data'; readonly value: unknown }
  | { readonly kind: 'refused'; readonly reason: string };

/** YAML as plain data, with merge keys; too much of it, or what is no YAML, is refused with a sentence that repeats nothing of it. */
function parseYaml(text: string, file: string): Parsed {
  const reason = refuseText(text, file);
  if (reason !== null) return { kind: 'refused', reason };
  if (isNestedTooDeep(text)) return tooDeep(file);
  try {
    const document = parseDocument(text, { merge: true, uniqueKeys: true, logLevel: 'error' });
    const [error] = document.errors;
    if (error !== undefined) return { kind: 'refused', reason: sayError(error, file) };
    const value: unknown = document.toJS({ maxAliasCount: MAX_ALIASES });
    return isDataTooDeep(value) ? tooDeep(file) : { kind: 'data', value };
  } catch {
    return {
      kind: 'refused',
      reason: say`${file} puts its anchors into too many places to be read.`,
    };
  }
}

function tooDeep(file: string): Parsed {
  return { kind: 'refused', reason: say`${file} is nested too deeply to be read.` };
}

/** The parser's own words may repeat the file, and with it a password. */
function sayError({ code, linePos }: YAMLError, file: string): string {
  const line = linePos?.[0].line;
  const where = line === undefined ? file : say`${file}, line ${line}`;
  if (code === 'DUPLICATE_KEY') return say`${where}: a key stands there twice.`;
  if (code === 'TAB_AS_INDENT') return say`${where}: a tab cannot indent; use spaces.`;
  if (code === 'MULTIPLE_DOCS') return say`${where}: the file holds more than one document.`;
  return say`${where}: this is no YAML that can be read.`;
}
