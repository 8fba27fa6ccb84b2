import type { Endpoint } from '../failure';
import { say } from '../say';
import { addressNode } from './addressNodes';
import { connectionTo, type Draft, type DraftNode } from './draft';
import type { DraftEvidence } from './draftEvidence';
import type { Answer, SaidMember } from './look';
import { addressFrom, sameHost } from './saidAddress';
import { serverAt } from './servers';

interface Listed extends SaidMember {
  readonly base: Answer;
  readonly address: Endpoint;
  readonly evidence: DraftEvidence;
}

/** What a cluster manager lists: names for what was found, addresses for what was not, and who follows whom where no server says it. */
export function addMembers(draft: Draft, beside: readonly SaidMember[]): void {
  const listed = listMembers(draft, beside);
  const found = new Map(listed.map((one) => [one, memberNode(draft, one)]));
  for (const [one, node] of found) addFollowing(draft, one, node, found);
}

function listMembers(draft: Draft, beside: readonly SaidMember[]): readonly Listed[] {
  const start = draft.looks.find(({ facts }) => facts !== null);
  const own = draft.servers.flatMap(({ answers }) =>
    answers.flatMap((answer) =>
      answer.facts.members.map((member) => {
        const table = member.source === 'repmgr' ? 'repmgr.nodes' : 'pgautofailover.node';
        return { said: { member, source: table, atMs: answer.atMs }, base: answer };
      }),
    ),
  );
  const base = draft.servers
    .flatMap(({ answers }) => answers)
    .find(({ facts }) => facts === start?.facts);
  const others = base === undefined ? [] : beside.map((said) => ({ said, base }));
  const seen = new Set<string>();
  return [...own, ...others].flatMap(({ said, base: from }) => {
    const { member, source, atMs } = said;
    const address = addressFrom(member, from.endpoint);
    const key = `${member.source}/${member.name}/${address?.host ?? ''}:${address?.port ?? 0}`;
    if (address === null || seen.has(key)) return [];
    seen.add(key);
    const evidence = {
      text: () => say`member ${member.name} at ${member.host}:${member.port} in ${source}`,
      atMs,
    };
    return [{ ...said, base: from, address, evidence }];
  });
}

function memberNode(draft: Draft, one: Listed): DraftNode {
  const { address, base, evidence, member } = one;
  const server = serverAt(draft.servers, address);
  const reached = server === null ? null : draft.nodeOf(server, base.facts.fast.database);
  const node = reached ?? sameClient(draft, one);
  if (node !== null) {
    const known = draft.nodes.get(node.key) ?? node;
    const isPlaced = known.answer !== null || known.failedLook !== null;
    const placed: DraftNode = isPlaced
      ? known
      : {
          ...known,
          address,
          host: address.host,
          connection: connectionTo(base, address, known.database),
          isPortGuessed: false,
          problem: null,
        };
    draft.nodes.set(known.key, {
      ...placed,
      hints: [member.name, ...placed.hints.filter((hint) => hint !== member.name)],
      evidence: [...placed.evidence, evidence],
    });
    return draft.nodes.get(known.key) ?? placed;
  }
  return addressNode(draft, address, base.facts.fast.database, base, {
    hints: [member.name],
    evidence: [evidence],
  });
}

/** A walsender's client of that name: standbys of these managers call themselves as the member is called. */
function sameClient(draft: Draft, { address, member }: Listed): DraftNode | null {
  const clients = [...draft.nodes.values()].filter(
    ({ key, answer, hints }) =>
      answer === null && key.startsWith('sender:') && hints.includes(member.name),
  );
  const there = clients.filter(({ host }) => host !== null && sameHost(host, address.host));
  const [only, ...others] = there.length > 0 ? there : clients;
  return only === undefined || others.length > 0 ? null : only;
}

function addFollowing(
  draft: Draft,
  one: Listed,
  node: DraftNode,
  found: ReadonlyMap<Listed, DraftNode>,
): void {
  const { member, evidence } = one;
  if (member.isPrimary !== false || node.server?.isInRecovery === false) return;
  const hasUpstream = draft.edges.some((edge) => edge.kind === 'streaming' && edge.to === node.key);
  if (hasUpstream) return;
  const others = [...found].filter(
    ([other, place]) => other.member.source === member.source && place.key !== node.key,
  );
  const upstreams = others.filter(([other]) =>
    member.upstream === null
      ? other.member.isPrimary === true
      : other.member.name === member.upstream,
  );
  const [only] = upstreams;
  if (only === undefined || upstreams.length > 1) return;
  draft.edges.push({
    kind: 'streaming',
    from: only[1].key,
    to: node.key,
    slot: null,
    certainty: 'guessed',
    evidence: [evidence],
  });
}
