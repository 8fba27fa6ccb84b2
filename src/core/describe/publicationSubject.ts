import type { TopologySnapshot } from '../snapshot';

/** A publication of a node. */
export interface PublicationRef {
  readonly nodeId: string;
  readonly name: string;
}

/** What a command on a publication concerns, as one text. */
export function publicationSubject(nodeId: string, name: string): string {
  return `publication/${nodeId}/${name}`;
}

/** The publication that a subject means, as the server or the file has it; `null` for what means none. */
export function publicationOf(snapshot: TopologySnapshot, subject: string): PublicationRef | null {
  if (!subject.startsWith('publication/')) return null;
  for (const { nodeId, name } of publicationsOf(snapshot)) {
    if (publicationSubject(nodeId, name) === subject) return { nodeId, name };
  }
  return null;
}

/** Every publication that a declared node has or should have, each once, in the order of the file. */
export function publicationsOf(snapshot: TopologySnapshot): readonly PublicationRef[] {
  return snapshot.topology.nodes.flatMap(({ id: nodeId, publications }) => {
    const found = snapshot.nodes.find(({ id }) => id === nodeId)?.sample.slow?.publications ?? [];
    const names = new Set([...publications, ...found].map(({ name }) => name));
    return [...names].map((name) => ({ nodeId, name }));
  });
}
