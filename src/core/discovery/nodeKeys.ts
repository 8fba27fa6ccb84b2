import type { Draft, DraftNode } from './draft';
import { isSameAddress } from './servers';

/** Says which node is which from one look to the next, so that what a person set stays with the node it was set for. */
export class NodeKeys {
  #last: Draft | null = null;
  /** By key of the last draft. */
  #known: ReadonlyMap<string, string> = new Map();
  #count = 0;

  /** @returns what stays the same of each node of a draft, by its key there; what is new gets a value that no node had before */
  follow(draft: Draft): ReadonlyMap<string, string> {
    const moved = this.#last === null ? new Map<string, string>() : followNodes(this.#last, draft);
    const stays = new Map<string, string>();
    for (const [from, to] of moved) {
      const known = this.#known.get(from);
      if (known !== undefined) stays.set(to, known);
    }
    for (const key of draft.nodes.keys()) {
      if (stays.has(key)) continue;
      this.#count += 1;
      stays.set(key, `n${this.#count}`);
    }
    this.#last = draft;
    this.#known = stays;
    return stays;
  }
}

type Rule = (node: DraftNode, free: readonly DraftNode[], after: Draft) => DraftNode | null;

/**
 * Which node of a later draft is which of an earlier one, by key: the one of the same key, the one that answered where it was looked for, the one
 * at the same address. What could be several is none.
 */
export function followNodes(before: Draft, after: Draft): ReadonlyMap<string, string> {
  const moved = new Map<string, string>();
  const free = new Map(after.nodes);
  for (const rule of [sameKey, whereSought, sameAddress]) {
    for (const node of before.nodes.values()) {
      if (moved.has(node.key)) continue;
      const found = rule(node, [...free.values()], after);
      if (found === null) continue;
      moved.set(node.key, found.key);
      free.delete(found.key);
    }
  }
  return moved;
}

const sameKey: Rule = ({ key }, free) => free.find((node) => node.key === key) ?? null;

const whereSought: Rule = ({ key, database }, free, { looks }) => {
  const answers = looks.filter(({ soughtKey, facts }) => soughtKey === key && facts !== null);
  const there = free.filter(({ server }) =>
    answers.some((look) => server?.answers.some(({ facts }) => facts === look.facts) === true),
  );
  return there.find((node) => node.database === database) ?? only(there);
};

const sameAddress: Rule = ({ address, database }, free) => {
  if (address === null) return null;
  const there = free.filter(
    (node) =>
      node.database === database &&
      (node.server === null
        ? node.address !== null && isSameAddress(node.address, address)
        : node.server.answers.some(({ endpoint }) => isSameAddress(endpoint, address))),
  );
  return only(there);
};

function only(nodes: readonly DraftNode[]): DraftNode | null {
  const [first, ...others] = nodes;
  return first === undefined || others.length > 0 ? null : first;
}
