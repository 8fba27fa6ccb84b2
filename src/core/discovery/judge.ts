import { formatEndpoint } from '../endpoint';
import { say } from '../say';
import type { Draft, DraftNode } from './draft';
import type { Server } from './servers';

/** What is wrong with what was found, and what could not be read of it. */
export function judge(draft: Draft): void {
  tellSplitBrain(draft);
  tellStrangers(draft);
  dropBystanders(draft);
  for (const node of draft.nodes.values()) {
    for (const note of node.answer?.facts.notes ?? []) {
      draft.skipped.push((nameOf) => say`On ${nameOf(node.key)}: ${note}`);
    }
  }
}

/** Two writable servers of one system: one of them is not to be written to, and no server says which. */
function tellSplitBrain(draft: Draft): void {
  const systems = new Map<string, Server[]>();
  for (const server of draft.servers) {
    if (server.isInRecovery || server.systemIdentifier === null) continue;
    const known = systems.get(server.systemIdentifier) ?? [];
    systems.set(server.systemIdentifier, [...known, server]);
  }
  for (const [system, servers] of systems) {
    if (servers.length < 2) continue;
    const keys = servers.flatMap((server) => draft.nodeOf(server, null)?.key ?? []);
    draft.warnings.push(
      (nameOf) =>
        say`${keys.map(nameOf).join(say` and `)} are all primaries of system ${system}: writes go apart. Decide which one stays before you write the file.`,
    );
  }
}

/** A node that was looked for where another server answers. */
function tellStrangers(draft: Draft): void {
  for (const look of draft.looks) {
    const sought = look.soughtKey === null ? undefined : draft.nodes.get(look.soughtKey);
    if (sought === undefined || look.facts === null) continue;
    if (sought.server?.answers.some(({ facts }) => facts === look.facts) === true) continue;
    const place = look.endpoint === null ? say`There` : say`At ${formatEndpoint(look.endpoint)}`;
    draft.nodes.set(sought.key, {
      ...sought,
      problem: () =>
        say`${place} another server answers. Give the address by which it is reached from here.`,
    });
  }
}

/** Databases that were looked at on the way and take no part. The one where a person began stays, and one that a person said. */
function dropBystanders(draft: Draft): void {
  for (const node of [...draft.nodes.values()]) {
    const { answer, database, server } = node;
    if (answer === null || server === null || isPart(draft, node)) continue;
    const looks = server.answers.filter(({ facts }) => facts.fast.database === database);
    if (looks.some(({ soughtKey }) => soughtKey === null)) continue;
    const others = [...draft.nodes.values()].filter(
      (other) => other !== node && other.server === server,
    );
    const isOnlyOne = !others.some((other) => isPart(draft, other));
    if (
      isOnlyOne &&
      looks.some(({ soughtKey, isOverridden }) => isOverridden || isAddress(soughtKey))
    ) {
      continue;
    }
    draft.nodes.delete(node.key);
    const place = formatEndpoint(answer.endpoint);
    draft.skipped.push(
      () =>
        say`Database ${database} of the server at ${place} takes no part in what was found; it was left out.`,
    );
  }
}

/** Whether an address led there that a server or a cluster manager said in full. */
function isAddress(soughtKey: string | null): boolean {
  return soughtKey?.startsWith('address:') ?? false;
}

function isPart(draft: Draft, { answer, key }: DraftNode): boolean {
  return (
    (answer?.facts.fast.subscriptions.length ?? 0) > 0 ||
    draft.edges.some(({ from, to }) => from === key || to === key) ||
    draft.consumers.some(({ node }) => node === key)
  );
}
