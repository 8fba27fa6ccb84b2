import { parse } from 'dotenv';
import type { Variables } from '../core/import/expandVariables';
import { nothingImported, type Imported } from '../core/import/imported';
import { readVariables } from '../core/import/readVariables';
import { say } from '../core/say';
import { refuseText } from './textLimits';

/** Variables of a `.env`, as dotenv reads it. */
export interface EnvFile {
  readonly variables: Variables;
  /** Names whose value is in single quotes, so that nothing is put in. */
  readonly literal: ReadonlySet<string>;
  /** Names that are set more than once; the last counts. */
  readonly repeated: readonly string[];
  /** Names whose value ends before its line does, at a `#` right behind it or at a quote: it may be half of a password. */
  readonly cut: ReadonlySet<string>;
}

/** What a `.env` comes to. It never throws. @param file as messages name it */
export function importEnv(text: string, file: string): Imported {
  const refused = refuseText(text, file);
  if (refused !== null) return nothingImported(refused);
  const { variables, literal, repeated, cut } = parseEnv(text);
  const imported = readVariables(variables, { file, literal, cut });
  const about = new Set(imported.variables);
  const notes = repeated
    .filter((name) => about.has(name))
    .map((name) => say`${name} is set more than once in ${file}; the last one counts.`);
  return { ...imported, skipped: [...imported.skipped, ...notes] };
}

/** Reads a `.env` into its variables. */
export function parseEnv(text: string): EnvFile {
  // The scanner, not the regular expression: that one takes seconds for a file of empty lines.
  const variables = new Map(Object.entries(parse(text, { fast: true })));
  const literal = new Set<string>();
  const seen = new Set<string>();
  const repeated = new Set<string>();
  const cut = new Set<string>();
  for (const line of text.split(/\r\n|\n|\r/)) {
    const [whole = '', name, quote] =
      /^[ \t]*(?:export[ \t]+)?([\w.-]+)[ \t]*[=:][ \t]*(['"`]?)/u.exec(line) ?? [];
    if (name === undefined || !variables.has(name)) continue;
    if (seen.has(name)) repeated.add(name);
    seen.add(name);
    if (quote === "'") literal.add(name);
    else literal.delete(name);
    if (isCut(line.slice(whole.length), quote ?? '')) cut.add(name);
    else cut.delete(name);
  }
  return { variables, literal, repeated: [...repeated], cut };
}

/** @param rest of the line, behind the opening quote where there is one */
function isCut(rest: string, quote: string): boolean {
  if (quote === '') return /[^\s]#/u.test(rest);
  const end = rest.search(quote === '"' ? /(?<!\\)"/u : quote === "'" ? /(?<!\\)'/u : /(?<!\\)`/u);
  // Without an end it goes on in the next line.
  return end >= 0 && !/^\s*(?:#|$)/u.test(rest.slice(end + 1));
}
