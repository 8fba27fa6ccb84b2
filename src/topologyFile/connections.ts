import type { Node } from 'jsonc-parser';
import { parseConnectionString } from '../core/connectionString';
import { settleConnection } from '../core/connectionStringSettle';
import type {
  ConnectionProblem,
  LiteralSecret,
  ParsedConnection,
  RawParam,
} from '../core/connectionStringTypes';
import { jsonStringSpan } from './jsonStringSpan';
import { findNode, propertiesOf } from './positions';
import { makeProblem } from './problem';
import type { JsonPath, Problem, TextEdit, TextRange } from './problem';
import { removalEdits } from './removal';

/** A connection of the file, with its problems and secrets at their places in the file. */
export interface FoundConnection {
  readonly path: JsonPath;
  readonly parsed: ParsedConnection;
  readonly problems: readonly Problem[];
  readonly secrets: readonly FoundSecret[];
  /** Where the value of a keyword stands in the file; `null` when it is not among the params. */
  readonly placeOf: (keyword: string) => TextRange | null;
}

/** A secret that stands in the file. */
export interface FoundSecret {
  readonly path: JsonPath;
  readonly keyword: string;
  readonly value: string;
  readonly range: TextRange;
  /** Edits that leave the same connection without the secret. */
  readonly removal: readonly TextEdit[];
}

/**
 * Reads the connection at a path, text or object.
 * @returns `null` when nothing stands there, or something that is neither.
 */
export function readConnection(text: string, root: Node, path: JsonPath): FoundConnection | null {
  const node = findNode(root, path);
  return node === null ? null : readConnectionNode(text, node, path);
}

/** The same for a value that was found already. */
export function readConnectionNode(
  text: string,
  node: Node,
  path: JsonPath,
): FoundConnection | null {
  if (node.type === 'string') return readText(text, node, path);
  if (node.type === 'object') return readObject(text, node, path);
  return null;
}

function readText(text: string, node: Node, path: JsonPath): FoundConnection {
  const parsed = parseConnectionString(String(node.value));
  const place = (span: TextRange): TextRange => jsonStringSpan(text, node, span);
  return {
    path,
    parsed,
    placeOf: (keyword) => {
      const span = parsed.spans.get(keyword);
      return span === undefined ? null : place(span);
    },
    problems: parsed.problems.map((problem) =>
      toProblem(problem, path, wholeWhenEmpty(node, place(problem)), (value) =>
        JSON.stringify(value).slice(1, -1),
      ),
    ),
    secrets: parsed.secrets.map((secret) => ({
      path,
      ...pickSecret(secret),
      range: place(secret),
      removal: [{ ...place(secret.removal), text: '' }],
    })),
  };
}

function readObject(text: string, node: Node, path: JsonPath): FoundConnection {
  const properties = propertiesOf(node);
  const raws = properties
    .filter(({ value }) => isScalar(value))
    .map(({ name, key, value, node: property }): RawParam => ({
      keyword: name === 'database' ? 'dbname' : name,
      value: String(value.value),
      keywordSpan: key,
      valueSpan: value,
      removal: property,
    }));
  const parsed = settleConnection({ raws, problems: [] });
  return {
    path,
    parsed,
    placeOf: (keyword) => {
      const span = parsed.spans.get(keyword);
      return span === undefined ? null : { offset: span.offset, length: span.length };
    },
    problems: parsed.problems.map((problem) =>
      toProblem(problem, path, { offset: problem.offset, length: problem.length }, JSON.stringify),
    ),
    secrets: parsed.secrets.map((secret) => ({
      path: [...path, secret.keyword],
      ...pickSecret(secret),
      range: { offset: secret.offset, length: secret.length },
      removal: properties
        .filter(({ value }) => value.offset === secret.offset)
        .flatMap((property) => removalEdits(text, property.node)),
    })),
  };
}

function toProblem(
  problem: ConnectionProblem,
  path: JsonPath,
  range: TextRange,
  write: (value: string) => string,
): Problem {
  const { severity, code, message, fix } = problem;
  const edits = fix === null ? [] : [{ ...range, text: write(fix.replacement) }];
  return makeProblem({
    severity,
    code,
    message,
    range,
    path,
    fixes: fix === null ? [] : [{ title: fix.title, edits, command: null }],
    blocks: severity === 'error',
  });
}

function pickSecret(secret: LiteralSecret): { keyword: string; value: string } {
  return { keyword: secret.keyword, value: secret.value };
}

function wholeWhenEmpty(node: Node, range: TextRange): TextRange {
  return range.length > 0 ? range : { offset: node.offset, length: node.length };
}

function isScalar(node: Node): boolean {
  return node.type === 'string' || node.type === 'number' || node.type === 'boolean';
}
