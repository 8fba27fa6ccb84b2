import { getNodeValue } from 'jsonc-parser';
import type { Node } from 'jsonc-parser';
import type { ConnectionParams, Topology } from '../core/topology';
import { checkReferences } from './checks/references';
import { readConnection } from './connections';
import type { FileContext } from './fileContext';
import { topologyFileSchema } from './fileSchema';
import type { TopologyFile } from './fileSchema';
import { readJsonTree } from './jsonTree';
import { toTopology } from './normalise';
import { positionsOf } from './positions';
import type { Positions } from './positions';
import { makeProblem } from './problem';
import type { Problem } from './problem';
import { rangeAt } from './fileContext';

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
export function parseTopologyFile(text: string, fallbackName = 'Topology'): ParsedTopologyFile {
  const { root, problems: syntax } = readJsonTree(text);
  const positions = positionsOf(root);
  if (root === null) return { topology: null, problems: syntax, positions };
  const problems = [...syntax];
  const file = readTypes(root, positions, problems);
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
  for (const issue of parsed.error.issues) {
    const path = issue.path.map((key) => (typeof key === 'symbol' ? String(key) : key));
    problems.push(
      makeProblem({
        severity: 'error',
        code: 'schema',
        message: issue.message,
        range: rangeAt(positions, path),
        path,
        publishedBySchema: true,
        blocks: true,
      }),
    );
  }
  return null;
}

function readMeaning(context: FileContext, fallbackName: string, problems: Problem[]): Topology {
  const connections = new Map<string, ConnectionParams>();
  for (const id of Object.keys(context.file.nodes)) {
    const found = readConnection(context.text, context.root, ['nodes', id, 'connection']);
    if (found === null) continue;
    problems.push(...found.problems);
    if (found.parsed.params !== null) connections.set(id, found.parsed.params);
  }
  problems.push(...checkReferences(context));
  return toTopology(context.file, connections, fallbackName);
}
