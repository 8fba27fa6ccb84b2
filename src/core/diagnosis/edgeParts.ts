import { formatBytes } from '../format';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import { command } from './actions';
import type { DiagnosisEvidence, NextAction } from './diagnosis';
import type { QueryScope } from './evidenceQuery';
import { withQueries, type About, type Finding } from './makeDiagnosis';
import { shownId } from './names';
import { isUnasked, type Picture } from './picture';

/** One edge with the names that its sentences use. */
export interface EdgeCase {
  readonly picture: Picture;
  readonly edge: EdgeSnapshot;
  readonly about: About;
  /** Where it comes from, as it is called: `central`, `its upstream`. */
  readonly source: string;
  /** Where it goes to. */
  readonly target: string;
  readonly rows: readonly DiagnosisEvidence[];
}

export function edgeCase(picture: Picture, edge: EdgeSnapshot): EdgeCase {
  const downstream =
    edge.kind === 'consumer' || picture.node(edge.to) === null ? edge.from : edge.to;
  return {
    picture,
    edge,
    about: { subject: edge.id, nodeId: downstream, verdict: edge.verdict },
    source: edge.from === null ? say`its upstream` : shownId(edge.from),
    target: shownId(edge.to),
    rows: withQueries(edge.evidence, (_, nodeId) => scopeOf(picture, edge, nodeId)),
  };
}

export function scopeOf(picture: Picture, edge: EdgeSnapshot, nodeId: string): QueryScope {
  return {
    version: picture.version(nodeId),
    slot: edge.slotName,
    subscription: edge.kind === 'logical' ? edge.name : null,
  };
}

/** A fact's place: a node, and when its causes were read. */
export function causePlace(one: EdgeCase, nodeId: string) {
  const { picture, edge } = one;
  return { nodeId, atMs: picture.causesAtMs(nodeId), scope: scopeOf(picture, edge, nodeId) };
}

/** The same of what every poll reads. */
export function pollPlace(one: EdgeCase, nodeId: string) {
  const { picture, edge } = one;
  const atMs = picture.node(nodeId)?.sample.fastAtMs ?? null;
  return { nodeId, atMs, scope: scopeOf(picture, edge, nodeId) };
}

/** `3.2 MB wait on central.`; `null` where it is not known. */
export function waitingSentence({ edge, source }: EdgeCase): string | null {
  return edge.lagBytes === null || edge.lagBytes === 0
    ? null
    : say`${formatBytes(edge.lagBytes)} wait on ${source}.`;
}

/** An edge of which nothing is known: no end was asked, or what was read is old. `null` where it is judged. */
export function unjudged(one: EdgeCase, name: string): Finding | null {
  const { edge, about } = one;
  const { code } = edge.verdict;
  const place = about.nodeId ?? edge.to;
  if (isUnasked(code)) {
    const isRestricted = code === 'restricted';
    return {
      code,
      title: say`The state of ${name} is unknown: ${WHY_UNASKED[code] ?? say`no server has been asked`}.`,
      actions: [command(isRestricted ? 'openTopologyFile' : 'connect', place)],
    };
  }
  if (code === 'stale') {
    return {
      code,
      title: say`What is known of ${name} is from before.`,
      detail: [because(edge)],
      actions: [command('refresh', place)],
    };
  }
  if (code === 'unreachable' || code === 'starting' || code === 'unknown') {
    return {
      code,
      title: say`The state of ${name} is unknown${edge.unknownBecause === null ? '' : `: ${edge.unknownBecause}`}.`,
      actions: [command('refresh', place)],
    };
  }
  return null;
}

const WHY_UNASKED: Readonly<Record<string, string>> = {
  restricted: say`this workspace is in restricted mode`,
  disconnected: say`its servers are disconnected`,
  connecting: say`its servers are being connected`,
};

function because({ unknownBecause }: EdgeSnapshot): string | null {
  return unknownBecause === null ? null : say`Its lag is unknown: ${unknownBecause}.`;
}

/** The node at one end that explains why nothing is known or arrives, as the subject of its own diagnosis. */
export function awayEnd({ picture, edge }: EdgeCase): string | null {
  for (const id of [edge.to, edge.from]) {
    const code = picture.node(id)?.verdict.code;
    if (code === 'unreachable' || code === 'starting' || code === 'notPostgres') return id;
  }
  return null;
}

export function refreshAction({ about, edge }: EdgeCase): NextAction {
  return command('refresh', about.nodeId ?? edge.to);
}
