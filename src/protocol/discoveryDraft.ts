import type { ProposalChoices } from '../core/discovery/proposal';
import { say } from '../core/say';
import { hasInvisible } from '../core/visibleText';
import type { DiscoveryChoices, DiscoveryPlace } from './discoveryMessages';
import type { DiscoveryEdge, DiscoveryNode, DiscoveryState } from './discoveryState';

/** What a person set so far of one node, as typed. */
export interface NodeDraft {
  readonly id: string;
  readonly key: string;
  readonly isTaken: boolean;
  readonly name: string;
  readonly host: string;
  readonly port: string;
}

/** One entry a node, in the order of the state. */
export type DiscoveryDraft = readonly NodeDraft[];

/** Sentences about what cannot be written as it stands. */
export interface DraftProblem {
  readonly name: string | null;
  readonly host: string | null;
  readonly port: string | null;
}

/** As it was proposed: everything is taken. */
export function firstDraft({ nodes }: DiscoveryState): DiscoveryDraft {
  return nodes.map(({ id, key, host, port }) => ({ id, key, isTaken: true, name: id, host, port }));
}

/** What must be changed before it can be written, by node; a node without a problem, or that is left out, is not in it. */
export function problemsOf(
  state: DiscoveryState,
  draft: DiscoveryDraft,
): ReadonlyMap<string, DraftProblem> {
  const taken = draft.filter(({ isTaken }) => isTaken);
  const uses = new Map<string, number>();
  const count = (name: string) => uses.set(name, (uses.get(name) ?? 0) + 1);
  for (const { name } of taken) count(name.trim());
  for (const name of state.takenNames) count(name);
  const proposed = new Map(state.nodes.map((node) => [node.id, node]));
  const problems = new Map<string, DraftProblem>();
  for (const entry of taken) {
    const node = proposed.get(entry.id);
    // What the file has already stays as it is.
    if (node === undefined || node.isInFile) continue;
    const problem = {
      name: nameProblem(entry.name.trim(), uses),
      ...addressProblems(node, entry),
    };
    if (Object.values(problem).some((one) => one !== null)) problems.set(entry.id, problem);
  }
  return problems;
}

function nameProblem(name: string, uses: ReadonlyMap<string, number>): string | null {
  if (name === '') return say`The name is empty.`;
  if (name.includes('/')) return say`Names of nodes hold no "/".`;
  if (hasInvisible(name)) return say`The name holds a character that cannot be seen.`;
  if ((uses.get(name) ?? 0) > 1) return say`Another node is called "${name}".`;
  return null;
}

function addressProblems(node: DiscoveryNode, entry: NodeDraft): Omit<DraftProblem, 'name'> {
  if (isSameAddress(node, entry)) return { host: null, port: null };
  return { host: hostProblem(entry.host.trim()), port: portProblem(entry.port.trim()) };
}

function hostProblem(host: string): string | null {
  if (host === '') return say`A host is needed.`;
  return /\s/u.test(host) || hasInvisible(host)
    ? say`A host holds no spaces and no character that cannot be seen.`
    : null;
}

function portProblem(port: string): string | null {
  return port === '' || portOf(port) !== null ? null : say`A port is a number from 1 to 65535.`;
}

function isSameAddress(node: DiscoveryNode, { host, port }: NodeDraft): boolean {
  return host.trim() === node.host.trim() && port.trim() === node.port.trim();
}

function portOf(text: string): number | null {
  const port = /^\d{1,5}$/u.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

const DEFAULT_PORT = 5432;

/** What goes to the host, of a draft without problems. Names and addresses are in it where they were changed. */
export function choicesOf(state: DiscoveryState, draft: DiscoveryDraft): DiscoveryChoices {
  const choices: DiscoveryChoices = { nodeIds: [], names: [], addresses: [] };
  const drafts = new Map(draft.map((entry) => [entry.id, entry]));
  for (const node of state.nodes) {
    const entry = drafts.get(node.id);
    if (entry?.isTaken !== true) continue;
    const { id } = node;
    choices.nodeIds.push(id);
    if (node.isInFile) continue;
    const name = entry.name.trim();
    if (name !== id) choices.names.push({ id, name });
    if (isSameAddress(node, entry)) continue;
    choices.addresses.push({
      id,
      host: entry.host.trim(),
      port: portOf(entry.port.trim()) ?? DEFAULT_PORT,
    });
  }
  return choices;
}

/** What came from the map, checked once more. @returns `null` when it does not fit what was shown */
export function readChoices(
  state: DiscoveryState,
  { nodeIds, names, addresses }: DiscoveryChoices,
): ProposalChoices | null {
  const known = new Map(state.nodes.map((node) => [node.id, node]));
  const mentioned = [...nodeIds, ...names.map(({ id }) => id), ...addresses.map(({ id }) => id)];
  if (!mentioned.every((id) => known.has(id))) return null;
  const changed = [...names, ...addresses];
  if (changed.some(({ id }) => known.get(id)?.isInFile === true)) return null;
  const taken = new Set(nodeIds);
  const nameOf = new Map(names.map(({ id, name }) => [id, name]));
  const addressOf = new Map(addresses.map(({ id, host, port }) => [id, { host, port }]));
  const draft = state.nodes.map(({ id, key, host, port }): NodeDraft => {
    const address = addressOf.get(id);
    return {
      id,
      key,
      isTaken: taken.has(id),
      name: nameOf.get(id) ?? id,
      host: address?.host ?? host,
      port: address === undefined ? port : String(address.port),
    };
  });
  if (problemsOf(state, draft).size > 0) return null;
  return { nodeIds: taken, names: nameOf, addresses: addressOf };
}

/** Whether a node could be looked at by what was entered: it did not answer, or it did elsewhere. */
export function isWorthLook(node: DiscoveryNode, entry: NodeDraft): boolean {
  if (node.isInFile || !entry.isTaken) return false;
  return !node.isReached || !isSameAddress(node, entry);
}

/** Where a node is to be looked at; `null`: what was entered is no address. */
export function placeOf({ key, host, port }: NodeDraft): DiscoveryPlace | null {
  if (hostProblem(host.trim()) !== null || portProblem(port.trim()) !== null) return null;
  return { key, host: host.trim(), port: portOf(port.trim()) ?? DEFAULT_PORT };
}

/** What a person wants to be looked at, checked once more. @returns the node; `null` when it does not fit what was shown */
export function readPlace(state: DiscoveryState, place: DiscoveryPlace): DiscoveryNode | null {
  const node = state.nodes.find(({ key }) => key === place.key);
  if (node === undefined || node.isInFile || hostProblem(place.host) !== null) return null;
  return node;
}

/** Whether a link is left out because one of its ends is. */
export function fallsAway(
  { from, to }: Pick<DiscoveryEdge, 'from' | 'to'>,
  taken: ReadonlySet<string>,
): boolean {
  return !taken.has(from) || !taken.has(to);
}
