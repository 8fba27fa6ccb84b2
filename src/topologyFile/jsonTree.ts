import { createScanner, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { Node, ParseError } from 'jsonc-parser';
import { say } from '../core/say';
import { makeProblem } from './problem';
import type { FileProblemCode, Problem, TextRange } from './problem';

/** Longer texts are not parsed. A topology of 500 nodes is a tenth of this. */
export const MAX_TEXT_LENGTH = 1024 * 1024;
/** Deeper nesting is refused before anything recurses into it. */
export const MAX_DEPTH = 32;

/** The tree of a text, as far as it could be read. `root` is `null` when there is nothing to look at. */
export interface JsonTree {
  readonly root: Node | null;
  readonly problems: readonly Problem[];
}

/** Reads JSON with comments and trailing commas; a byte order mark and any line ends are accepted. */
export function readJsonTree(text: string): JsonTree {
  const refused = refuseText(text);
  if (refused !== null) return { root: null, problems: [refused] };
  const errors: ParseError[] = [];
  const root = parseTree(withoutMark(text), errors, {
    allowTrailingComma: true,
    disallowComments: false,
    allowEmptyContent: true,
  });
  // One mistake early in the text makes others further on; the first says what to mend.
  const first = errors[0];
  const problems = first === undefined ? [] : [syntaxProblem(text, first)];
  return { root: root ?? null, problems };
}

/** Positions must stay those of the text with its mark, so a space takes its place. */
function withoutMark(text: string): string {
  return text.startsWith('\ufeff') ? ` ${text.slice(1)}` : text;
}

function refuseText(text: string): Problem | null {
  if (text.length > MAX_TEXT_LENGTH) {
    return refuse('file-too-large', say`The file is too large (limit 1 MB).`);
  }
  if (text.includes('\0')) {
    return refuse(
      'file-encoding',
      say`The file is not UTF-8 text. Save it as UTF-8.`,
      text.indexOf('\0'),
    );
  }
  const deep = findTooDeep(text);
  if (deep === null) return null;
  return refuse('file-too-deep', say`Nesting is deeper than ${MAX_DEPTH} levels.`, deep);
}

function refuse(code: FileProblemCode, message: string, offset = 0): Problem {
  return makeProblem({
    severity: 'error',
    code,
    message,
    range: { offset, length: 1 },
    blocks: true,
  });
}

/** By the scanner alone, since the parser recurses. */
function findTooDeep(text: string): number | null {
  const scanner = createScanner(text, true);
  let depth = 0;
  do {
    scanner.scan();
    // The first character tells a bracket from a text or a comment that holds one.
    const first = text[scanner.getTokenOffset()] ?? '';
    if (first === '{' || first === '[') depth++;
    if (first === '}' || first === ']') depth--;
    if (depth > MAX_DEPTH) return scanner.getTokenOffset();
  } while (scanner.getTokenLength() > 0);
  return null;
}

/** By the names that `printParseErrorCode` gives. */
const SYNTAX_MESSAGES: Readonly<Record<string, string>> = {
  InvalidSymbol: say`Expected a value, a key in double quotes, or a comment`,
  InvalidNumberFormat: say`This is no number`,
  PropertyNameExpected: say`Expected a key in double quotes`,
  ValueExpected: say`Expected a value`,
  ColonExpected: say`Expected \`:\``,
  CommaExpected: say`Expected \`,\``,
  CloseBraceExpected: say`Expected \`}\``,
  CloseBracketExpected: say`Expected \`]\``,
  EndOfFileExpected: say`Expected the end of the file`,
  InvalidCommentToken: say`This is no comment`,
  UnexpectedEndOfComment: say`The comment is never closed`,
  UnexpectedEndOfString: say`The text is never closed: expected \`"\``,
  UnexpectedEndOfNumber: say`The number is cut off`,
  InvalidUnicode: say`After \`\\u\` come four hexadecimal digits`,
  InvalidEscapeCharacter: say`No such escape`,
  InvalidCharacter: say`Control characters are written as escapes`,
};

function syntaxProblem(text: string, error: ParseError): Problem {
  const range: TextRange = {
    offset: Math.min(error.offset, text.length),
    length: Math.min(error.length, Math.max(0, text.length - error.offset)),
  };
  return makeProblem({
    severity: 'error',
    code: 'syntax',
    message: `${SYNTAX_MESSAGES[printParseErrorCode(error.error)] ?? say`This is no JSON`}.`,
    range,
    publishedBySchema: true,
    blocks: true,
  });
}
