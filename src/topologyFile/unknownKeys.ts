import { getNodePath } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
// By name: through the namespace the bundler would keep all of zod, its translations included.
import {
  $ZodArray,
  $ZodObject,
  $ZodOptional,
  $ZodRecord,
  $ZodUnion,
  type $ZodType,
} from 'zod/v4/core';
import { SECRET_KEYWORDS } from '../core/connectionStringKeywords';
import { didYouMean } from '../core/didYouMean';
import { say } from '../core/say';
import { connectionObjectSchema } from './connectionSchema';
import { topologyFileSchema } from './fileSchema';
import { propertiesOf, rangeOf } from './positions';
import { makeProblem } from './problem';
import type { Problem } from './problem';

/** A warning for each key that the schema does not know. The objects of connections are left to libpq's rules. */
export function unknownKeys(root: Node): readonly Problem[] {
  const problems: Problem[] = [];
  walk(topologyFileSchema, root, problems);
  return problems;
}

function walk(schema: $ZodType, node: Node, problems: Problem[]): void {
  if (schema === connectionObjectSchema) return;
  if (schema instanceof $ZodOptional) {
    walk(schema._zod.def.innerType, node, problems);
  } else if (schema instanceof $ZodUnion) {
    const fits = node.type === 'array' ? $ZodArray : $ZodObject;
    const option = schema._zod.def.options.find((candidate) => candidate instanceof fits);
    if (option !== undefined) walk(option, node, problems);
  } else if (schema instanceof $ZodArray && node.type === 'array') {
    const { element } = schema._zod.def;
    for (const child of node.children ?? []) walk(element, child, problems);
  } else if (schema instanceof $ZodRecord && node.type === 'object') {
    const { valueType } = schema._zod.def;
    for (const { value } of propertiesOf(node)) walk(valueType, value, problems);
  } else if (schema instanceof $ZodObject && node.type === 'object') {
    walkObject(schema, node, problems);
  }
}

function walkObject(schema: $ZodObject, node: Node, problems: Problem[]): void {
  const { shape } = schema._zod.def;
  for (const { name, key, value } of propertiesOf(node)) {
    const known = Object.hasOwn(shape, name) ? shape[name] : undefined;
    if (known !== undefined) walk(known, value, problems);
    else if (!SECRET_KEYWORDS.has(name)) problems.push(unknownKey(key, Object.keys(shape)));
  }
}

function unknownKey(key: Node, known: readonly string[]): Problem {
  const name = String(key.value);
  const meant = didYouMean(name, known);
  const hint = meant === null ? say`It is ignored.` : say`Did you mean "${meant}"?`;
  const edits = [{ ...rangeOf(key), text: JSON.stringify(meant) }];
  return makeProblem({
    severity: 'warning',
    code: 'unknown-key',
    message: say`"${name}" is not a key that is known here. ${hint}`,
    range: rangeOf(key),
    path: getNodePath(key),
    fixes: meant === null ? [] : [{ title: say`Change to "${meant}"`, edits, command: null }],
  });
}
