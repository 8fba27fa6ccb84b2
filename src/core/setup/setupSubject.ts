import type { SetupItem } from './setupItem';

/** An item of the deployment checklist, as a command is told of it. */
export interface SetupRef {
  /** `null`: the topology as a whole. */
  readonly nodeId: string | null;
  readonly itemId: string;
}

/** What a command on an item of the checklist concerns, as one text: ids alone. */
export function setupSubject({ nodeId, id }: Pick<SetupItem, 'nodeId' | 'id'>): string {
  return ['setup', ...(nodeId === null ? [] : [nodeId]), id].map(encodeURIComponent).join('/');
}

/** The item that a subject means; `null` for what means none. */
export function setupOf(subject: string): SetupRef | null {
  const [kind, ...rest] = subject.split('/').map(decoded);
  const [first, second] = rest;
  if (kind !== 'setup' || typeof first !== 'string' || rest.length > 2) return null;
  if (second === undefined) return { nodeId: null, itemId: first };
  return second === null ? null : { nodeId: first, itemId: second };
}

/** Any extension can send a text: one that nothing of ours encoded names nothing. */
function decoded(part: string): string | null {
  try {
    return decodeURIComponent(part);
  } catch {
    return null;
  }
}
