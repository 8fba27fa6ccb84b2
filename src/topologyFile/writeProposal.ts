import type { Node } from 'jsonc-parser';
import type { ProposalChoices, TopologyProposal } from '../core/discovery/proposal';
import { redact } from '../core/redact';
import { say } from '../core/say';
import type { Topology } from '../core/topology';
import { showEscaped } from '../core/visibleText';
import { applyTextEdits, detectFormatting } from './edits';
import { readJsonTree } from './jsonTree';
import { parseTopologyFile } from './parseTopologyFile';
import { findNode } from './positions';
import type { JsonPath, Problem, TextEdit } from './problem';
import { proposalDifferences } from './proposal/differences';
import { insertEntries, writeEntries } from './proposal/insertEntries';
import { nodeKeys, show } from './proposal/nodeKeys';
import { entryAt, withoutEntry } from './proposal/piece';
import type { Entry } from './proposal/piece';
import { proposedEntries } from './proposal/proposedEntries';

/** A topology file with a proposal written into it. */
export interface WrittenProposal {
  readonly text: string;
  /** What makes `text` of the text before; none when nothing was to be added. */
  readonly edits: readonly TextEdit[];
  /** One phrase for each thing that was added: `node central`, `subscription app_sub of edge`. */
  readonly added: readonly string[];
  /** Keys of the nodes that are new in the file. */
  readonly addedNodes: readonly string[];
  /** Key in the file of each proposed node that is in it now, by its proposed id. */
  readonly keys: ReadonlyMap<string, string>;
  /** Finished sentences: what the file says otherwise, and what was left out. */
  readonly problems: readonly string[];
}

/**
 * Writes a proposal as a topology file, or adds to one what it does not say yet. Nothing of an existing file is replaced:
 * its comments and its formatting stay, and where it says something else it is right and a problem says so. Comments tell
 * where each addition comes from. The result has no error that the file had not before, and no secret; what would make one
 * is left out.
 * @param existing `null` or blank: a new file
 */
export function writeProposal(
  existing: string | null,
  proposal: TopologyProposal,
  choices: ProposalChoices,
): WrittenProposal {
  const text = existing ?? '';
  const before = parseTopologyFile(text);
  const { root } = readJsonTree(text);
  if (root !== null && before.topology === null) return refused(text);
  const { keys, present, problems } = nodeKeys(before.topology, proposal, choices);
  const entries = proposedEntries(proposal, choices, { keys });
  const wanted = missingEntries(before.topology, present, fileEntries(proposal, entries, root));
  const target: Target = { text, root, errors: errorsOf(before.problems) };
  const { kept, dropped, edits } = settle(target, wanted);
  const written = new Set([...present, ...newNodes(kept, before.topology)]);
  return {
    text: applyTextEdits(text, edits),
    edits,
    added: kept.flatMap((entry) => phrases(entry, before.topology)),
    addedNodes: newNodes(kept, before.topology),
    keys: new Map([...keys].filter(([, key]) => written.has(key))),
    problems: [
      ...problems,
      ...entries.problems,
      ...(before.topology === null
        ? []
        : proposalDifferences(before.topology, proposal, choices, { keys })),
      ...dropped,
    ],
  };
}

interface Target {
  readonly text: string;
  /** `null` for a text without any value: the whole file is written. */
  readonly root: Node | null;
  /** Errors that the text has already. */
  readonly errors: ReadonlySet<string>;
}

function refused(text: string): WrittenProposal {
  const problem = say`The file has errors. Mend them first: nothing was added.`;
  const nothing = { edits: [], added: [], addedNodes: [], keys: new Map<string, string>() };
  return { text, ...nothing, problems: [problem] };
}

/** The file's top level. Of a file that is there only the nodes and consumers are added to. */
function fileEntries(
  proposal: TopologyProposal,
  { nodes, consumers }: { readonly nodes: readonly Entry[]; readonly consumers: readonly Entry[] },
  root: Node | null,
): readonly Entry[] {
  const name = redact(showEscaped(proposal.name?.trim() ?? ''));
  const head: readonly Entry[] =
    root !== null
      ? []
      : [
          ...(name === '' ? [] : [{ key: 'name', comments: [], value: name }]),
          {
            key: 'environment',
            comments: [say`Which guard rails apply: development, staging or production.`],
            value: 'development',
          },
        ];
  const apart = { comments: [], isApart: true };
  return [
    ...head,
    { key: 'nodes', ...apart, entries: nodes },
    ...(consumers.length === 0
      ? []
      : [{ key: 'consumers', ...apart, entries: consumers, isMap: true }]),
  ];
}

/**
 * What the file does not say yet. One publication, subscription, queue or consumer is added whole or not at all: half of
 * it from here and half from there would be neither.
 */
function missingEntries(
  file: Topology | null,
  present: ReadonlySet<string>,
  entries: readonly Entry[],
): readonly Entry[] {
  if (file === null) return entries;
  return file.nodes.reduce<readonly Entry[]>(
    (rest, node) => {
      if (!present.has(node.id)) return rest;
      const path = ['nodes', node.id];
      const wanted = entryAt(rest, [...path, 'standbyOf']);
      const upstream = wanted !== null && 'value' in wanted ? wanted.value : null;
      const isElsewhere = node.standbyOf !== null && node.standbyOf !== upstream;
      const paths: JsonPath[] = [
        [...path, 'connection'],
        [...path, 'passwordSource'],
        ...(node.standbyOf === null ? [] : [[...path, 'standbyOf']]),
        // They are those of its primary; said of a standby they would be a warning.
        ...(node.standbyOf === null ? [] : [[...path, 'publications']]),
        ...(node.slot !== null || isElsewhere ? [[...path, 'slot']] : []),
        ...node.publications.map(({ name }) => [...path, 'publications', name]),
        ...node.subscriptions.map(({ name }) => [...path, 'subscriptions', name]),
        ...(node.pendingSync === null ? [] : [[...path, 'pendingSync']]),
      ];
      return paths.reduce<readonly Entry[]>((left, one) => withoutEntry(left, one), rest);
    },
    file.consumers.reduce<readonly Entry[]>(
      (rest, consumer) => withoutConsumer(rest, consumer),
      entries,
    ),
  );
}

/** Without a consumer of that name, and without another name for the slot that it reads. */
function withoutConsumer(
  entries: readonly Entry[],
  known: Topology['consumers'][number],
): readonly Entry[] {
  const block = entryAt(entries, ['consumers']);
  if (block === null || !('entries' in block)) return entries;
  const valueOf = (entry: Entry, key: string): unknown => {
    const leaf = 'entries' in entry ? entryAt(entry.entries, [key]) : null;
    return leaf !== null && 'value' in leaf ? leaf.value : null;
  };
  const isSame = (entry: Entry): boolean =>
    entry.key === known.id ||
    (valueOf(entry, 'node') === known.node && valueOf(entry, 'slot') === known.slot);
  return block.entries
    .filter(isSame)
    .reduce<readonly Entry[]>((rest, { key }) => withoutEntry(rest, ['consumers', key]), entries);
}

interface Settled {
  readonly kept: readonly Entry[];
  /** Finished sentences. */
  readonly dropped: readonly string[];
  readonly edits: readonly TextEdit[];
}

/** Takes out what would be an error in the file, until none is left. */
function settle(target: Target, wanted: readonly Entry[]): Settled {
  const dropped: string[] = [];
  let kept = wanted;
  for (;;) {
    const edits = editsFor(target, kept);
    const problems = newErrors(target, edits);
    if (problems.length === 0) return { kept, dropped, edits };
    const left = kept;
    const culprits = problems.flatMap((problem) => {
      const path = removableAt(left, problem.path ?? []);
      return path === null ? [] : [{ path, problem }];
    });
    for (const { path, problem } of culprits.length > 0 ? culprits : indirect(target, kept)) {
      if (entryAt(kept, path) === null) continue;
      dropped.push(say`${phrase(path)} was left out. ${problem.message}`);
      kept = withoutEntry(kept, path);
      // Without an upstream a slot says nothing.
      if (path[2] === 'standbyOf') kept = withoutEntry(kept, [...path.slice(0, 2), 'slot']);
    }
    // Nothing of ours is left that could be wrong.
    if (kept === left) return { kept: [], dropped, edits: [] };
  }
}

interface Culprit {
  readonly path: JsonPath;
  readonly problem: Problem;
}

/** What makes an error at a place that is not ours, such as a circle that an upstream of ours closes. */
function indirect(target: Target, entries: readonly Entry[]): readonly Culprit[] {
  const problems = newErrors(target, editsFor(target, entries));
  const problem = problems[0];
  const paths = removablePaths(entries);
  const path =
    paths.findLast(
      (one) =>
        newErrors(target, editsFor(target, withoutEntry(entries, one))).length < problems.length,
    ) ?? paths.at(-1);
  return path === undefined || problem === undefined ? [] : [{ path, problem }];
}

function newErrors(target: Target, edits: readonly TextEdit[]): readonly Problem[] {
  const { problems } = parseTopologyFile(applyTextEdits(target.text, edits));
  return problems.filter(
    (problem) => problem.severity === 'error' && !target.errors.has(errorKey(problem)),
  );
}

function errorsOf(problems: readonly Problem[]): ReadonlySet<string> {
  return new Set(problems.filter(({ severity }) => severity === 'error').map(errorKey));
}

function errorKey({ code, path }: Problem): string {
  return JSON.stringify([code, path]);
}

/** What can be left out by itself: a node, a publication, a subscription, a consumer, a key of a node that is there. */
function removablePaths(entries: readonly Entry[]): readonly JsonPath[] {
  return entries.flatMap((top) => {
    if (!('entries' in top)) return [];
    return top.entries.flatMap((entry): JsonPath[] => {
      const path = [top.key, entry.key];
      const inner = top.key === 'nodes' && 'entries' in entry ? entry.entries : [];
      const parts = inner.flatMap((part): JsonPath[] => {
        if (part.key === 'connection') return [];
        const isMap = part.key === 'publications' || part.key === 'subscriptions';
        if (!isMap || !('entries' in part)) return [[...path, part.key]];
        return part.entries.map(({ key }) => [...path, part.key, key]);
      });
      return [path, ...parts];
    });
  });
}

/** The innermost of them around a place; `null` when the place is none of ours. */
function removableAt(entries: readonly Entry[], place: JsonPath): JsonPath | null {
  return (
    removablePaths(entries).findLast((path) =>
      path.every((step, index) => step === place[index]),
    ) ?? null
  );
}

function editsFor({ text, root }: Target, entries: readonly Entry[]): readonly TextEdit[] {
  if (root !== null) return additions(text, root, entries);
  const { eol = '\n' } = detectFormatting(text);
  const head = [
    say`The comments say where each value was found. What is guessed says so.`,
    say`Passwords are never kept here: they are asked for and kept in VS Code’s secret storage.`,
  ];
  // Behind comments that are there already.
  const start = text.trim() === '' ? '' : eol;
  return [{ offset: text.length, length: 0, text: start + writeEntries(head, entries, eol) }];
}

/** One insertion for each object that is there already; what it has not goes in whole. */
function additions(text: string, object: Node, entries: readonly Entry[]): readonly TextEdit[] {
  const missing: Entry[] = [];
  const inner: TextEdit[] = [];
  for (const entry of entries) {
    const there = findNode(object, [entry.key]);
    if ('entries' in entry && there?.type === 'object') {
      inner.push(...additions(text, there, entry.entries));
    } else if (there === null) {
      missing.push(entry);
    }
  }
  return [...inner, ...insertEntries(text, object, missing)];
}

function newNodes(entries: readonly Entry[], file: Topology | null): readonly string[] {
  const nodes = entryAt(entries, ['nodes']);
  if (nodes === null || !('entries' in nodes)) return [];
  const known = new Set((file?.nodes ?? []).map(({ id }) => id));
  return nodes.entries.map(({ key }) => key).filter((key) => !known.has(key));
}

/** What was added of one key of the file; of a new node the node alone. */
function phrases(top: Entry, file: Topology | null): readonly string[] {
  if (!('entries' in top)) return [];
  const isNew = (key: string): boolean =>
    top.key !== 'nodes' || file?.nodes.every(({ id }) => id !== key) !== false;
  return removablePaths([top])
    .filter((path) => (path.length === 2) === isNew(String(path[1])))
    .map(phrase);
}

/** A removable part as people call it. */
function phrase([top, id, key, name]: JsonPath): string {
  const owner = show(String(id));
  if (top === 'consumers') return say`consumer ${owner}`;
  if (key === undefined) return say`node ${owner}`;
  if (key === 'publications') return say`publication ${show(String(name))} of ${owner}`;
  if (key === 'subscriptions') return say`subscription ${show(String(name))} of ${owner}`;
  if (key === 'pendingSync') return say`queue of ${owner}`;
  return say`${key} of ${owner}`;
}
