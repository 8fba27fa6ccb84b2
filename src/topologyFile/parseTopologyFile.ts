import { getNodeValue } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import { say } from '../core/say';
import type { ConnectionParams, Topology } from '../core/topology';
import { checkNames } from './checks/names';
import { checkReferences } from './checks/references';
import { checkRoles } from './checks/roles';
import { checkRouting } from './checks/routing';
import { checkSlots } from './checks/slots';
import { checkSubscriptionConnections } from './checks/subscriptionConnections';
import { checkTables } from './checks/tables';
import { checkThresholds } from './checks/thresholds';
import { checkTransport } from './checks/transport';
import { readConnection } from './connections';
import { duplicateKeys } from './duplicateKeys';
import type { FileContext } from './fileContext';
import { topologyFileSchema } from './fileSchema';
import type { TopologyFile } from './fileSchema';
import { readJsonTree } from './jsonTree';
import { toTopology } from './normalise';
import { positionsOf } from './positions';
import type { Positions } from './positions';
import { makeProblem } from './problem';
import type { Problem } from './problem';
import { schemaProblems } from './schemaProblems';
import { secretProblems } from './secrets';
import { templateTopologyFile } from './template';
import { unknownKeys } from './unknownKeys';

export interface ParsedTopologyFile {
  /** `null` when a problem leaves open what is meant; keep the last one then. */
  readonly topology: Topology | null;
  /** In the order of the text. */
  readonly problems: readonly Problem[];
  readonly positions: Positions;
}

/**
 * Reads a topology file. Never throws, whatever the text; no file is opened and no server asked.
 * @param fallbackName name of the topology where the file gives none, for example that of its folder
 */
export function parseTopologyFile(text: string, fallbackName = say`Topology`): ParsedTopologyFile {
  const { root, problems: syntax } = readJsonTree(text);
  const positions = positionsOf(root);
  if (root === null) {
    return { topology: null, problems: syntax.length > 0 ? syntax : [emptyFile(text)], positions };
  }
  const problems = [
    ...syntax,
    ...duplicateKeys(text, root),
    ...unknownKeys(root),
    ...secretProblems(text, root),
  ];
  // What a text that is cut off lacks is not wrong yet.
  const file = syntax.length > 0 ? null : readTypes(root, positions, problems);
  const topology =
    file === null ? null : readMeaning({ text, root, file, positions }, fallbackName, problems);
  problems.sort((left, right) => left.range.offset - right.range.offset);
  const isBlocked = problems.some((problem) => problem.blocks);
  return { topology: isBlocked ? null : topology, problems, positions };
}

/** Checks types, enumerations and missing keys, which VS Code marks by the schema as well. */
function readTypes(root: Node, positions: Positions, problems: Problem[]): TopologyFile | null {
  const parsed = topologyFileSchema.safeParse(getNodeValue(root));
  if (parsed.success) return parsed.data;
  problems.push(...schemaProblems(parsed.error.issues, root, positions));
  return null;
}

function readMeaning(context: FileContext, fallbackName: string, problems: Problem[]): Topology {
  const connections = new Map<string, ConnectionParams>();
  for (const id of Object.keys(context.file.nodes)) {
    const found = readConnection(context.text, context.root, ['nodes', id, 'connection']);
    if (found === null) continue;
    problems.push(...found.problems, ...checkTransport(context, found));
    if (found.parsed.params !== null) connections.set(id, found.parsed.params);
  }
  problems.push(
    ...checkNames(context),
    ...checkRoles(context),
    ...checkReferences(context),
    ...checkTables(context),
    ...checkSlots(context),
    ...checkSubscriptionConnections(context),
    ...checkThresholds(context),
    ...checkRouting(context, connections),
  );
  return toTopology(context.file, connections, fallbackName);
}

function emptyFile(text: string): Problem {
  // After comments that are there already.
  const example = text.trim() === '' ? templateTopologyFile() : `\n${templateTopologyFile()}`;
  const edits = [{ offset: text.length, length: 0, text: example }];
  return makeProblem({
    severity: 'error',
    code: 'file-empty',
    message: say`The file is empty. It lists your servers: insert an example to begin with.`,
    range: { offset: 0, length: text.length },
    fixes: [{ title: say`Insert example`, edits, command: null }],
    blocks: true,
  });
}
