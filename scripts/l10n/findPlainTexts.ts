import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { sourcesIn, type CodeText } from './collectTexts';
import { isProse, isSql } from './prose';

/** Files whose strings are for machines: statements, schemas, what language models and incident files hold. */
const FOR_MACHINES =
  /^src\/(languageModel|pg\/catalog|core\/(decoding|ports|incident))\/|Schema\.ts$|[sS]tatements?\.ts$|^src\/core\/(sql|sqlstate|redact)\.ts$|^src\/core\/queue\/(apply\w*|conflictWrite|edgeObjects|primaryObjects|queuePage|asideKeys)\.ts$/u;

/** Functions whose arguments nobody reads but developers, or machines. */
const UNREAD_CALLS =
  /^((this\.)?(deps\.|parts\.)?log\??\.\w+|RegExp|URL|\w*Error|import|escapeLiteral|escapeIdentifier|html|.*\.(startsWith|endsWith|includes|split|indexOf|match|test|has|get|query|querySelector(All)?|addEventListener|setAttribute|replace|replaceAll|describe|meta))$/u;

/** Properties that hold statements, codes and addresses. */
const UNREAD_PROPERTIES =
  /^(query|sql|code|kind|id|key|command|class|className|contextValue|icon|copy|view|scheme|mode|example)$/u;

/** Functions that look up a noun by themselves. */
const SAYING_CALLS = /^(formatCounted|formatPart|sayWord)$/u;

/** Strings of several words that are not said, though they look as if a person read them. */
export function findPlainTexts(root: string): readonly CodeText[] {
  return ['src', 'webview'].flatMap((folder) =>
    sourcesIn(join(root, folder)).flatMap((path) => {
      const file = relative(root, path).replaceAll('\\', '/');
      return FOR_MACHINES.test(file) ? [] : plainTextsOf(file, readFileSync(path, 'utf8'));
    }),
  );
}

function plainTextsOf(file: string, text: string): readonly CodeText[] {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  const found: CodeText[] = [];
  const visit = (node: ts.Node): void => {
    const written = textOf(node);
    if (written !== null && isProse(written) && !isSql(written) && !isUnread(node)) {
      const { line } = source.getLineAndCharacterOfPosition(node.getStart());
      found.push({ key: written, file, line: line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

/** What a literal holds, with `{0}` for its holes; `null` for anything else. */
function textOf(node: ts.Node): string | null {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return null;
  return node.templateSpans.reduce(
    (text, span, at) => `${text}{${at}}${span.literal.text}`,
    node.head.text,
  );
}

function isUnread(node: ts.Node): boolean {
  const { parent } = node;
  if (ts.isTaggedTemplateExpression(parent)) return true;
  if (ts.isLiteralTypeNode(parent) || ts.isImportDeclaration(parent)) return true;
  if (ts.isCaseClause(parent) || ts.isElementAccessExpression(parent)) return true;
  if (ts.isBinaryExpression(parent) && /^[!=]==?$/u.test(parent.operatorToken.getText()))
    return true;
  if (ts.isPropertyAssignment(parent)) {
    if (parent.name === node || UNREAD_PROPERTIES.test(parent.name.getText())) return true;
  }
  for (let outer: ts.Node = parent, steps = 0; steps < 5 && !ts.isSourceFile(outer); steps += 1) {
    if (ts.isCallExpression(outer) || ts.isNewExpression(outer)) {
      const callee = outer.expression.getText();
      if (SAYING_CALLS.test(callee) || UNREAD_CALLS.test(callee)) return true;
      if (steps > 0) return false;
    }
    outer = outer.parent;
  }
  return false;
}
