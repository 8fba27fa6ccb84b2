import { shownId } from '../diagnosis/names';
import { isRead, isUnasked, type Picture } from '../diagnosis/picture';
import { UNKNOWN, formatBytes, formatClock } from '../format';
import { worstHealth } from '../join/severity';
import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import { NOTHING, type LossRow } from './lossReport';

/** What each standby, subscriber and other reader has not got of what its source has. */
export function edgeRows(picture: Picture): readonly LossRow[] {
  return picture.snapshot.edges.map((edge) => rowOf(picture, edge));
}

function rowOf(picture: Picture, edge: EdgeSnapshot): LossRow {
  const { verdict, lagBytes, lagMs } = edge;
  const source = picture.node(edge.from);
  const bytes = source !== null && isRead(source) ? (edge.notArrivedBytes ?? lagBytes) : null;
  const base = { subject: edge.id, where: whereOf(edge) };
  if (bytes === null) {
    const before = lastKnown(edge);
    return {
      ...base,
      notArrived: before === null ? UNKNOWN : `${UNKNOWN}, ${before}`,
      bytes: null,
      ms: null,
      atMs: before === null ? null : lastAskedAtMs(picture, edge),
      health: worstHealth(['unknown', verdict.health]),
      note: unknownNote(picture, edge),
    };
  }
  return {
    ...base,
    notArrived: bytes === 0 ? NOTHING : formatBytes(bytes),
    bytes,
    // It has arrived, though it may not be replayed yet.
    ms: bytes === 0 ? 0 : edge.notArrivedBytes === undefined || lagBytes === bytes ? lagMs : null,
    atMs: askedAtMs(picture, edge.from),
    health: verdict.health,
    note: noteOf(edge, bytes),
  };
}

/** When a node was asked for what it answered last: what is committed on the way back is not in the answer. */
export function askedAtMs(picture: Picture, nodeId: string | null): number | null {
  const sample = picture.node(nodeId)?.sample;
  const atMs = sample?.fastAtMs ?? null;
  return atMs === null ? null : Math.floor(atMs - (sample?.roundTripMs ?? 0));
}

function lastAskedAtMs(picture: Picture, { lastKnown: known, from }: EdgeSnapshot): number | null {
  const roundTripMs = picture.node(from)?.sample.roundTripMs ?? 0;
  return known === null ? null : Math.floor(known.atMs - roundTripMs);
}

function whereOf(edge: EdgeSnapshot): string {
  const target = shownId(edge.to);
  return edge.kind === 'logical' ? say`${edge.name} on ${target}` : target;
}

function noteOf(edge: EdgeSnapshot, bytes: number): string {
  const source = edge.from ?? say`its upstream`;
  const target = shownId(edge.to);
  if (edge.kind === 'streaming') {
    if (edge.syncState === 'sync' || edge.syncState === 'quorum') {
      return say`Commits on ${source} wait for ${target} (${edge.syncState}), unless synchronous_commit is off for them.`;
    }
    const relative = edge.isRelativeToUpstream
      ? say` What ${source} itself misses comes on top.`
      : '';
    return bytes === 0
      ? say`${target} has all that ${source} had written by then.${relative}`
      : say`That is lost if ${source} fails for good now and ${target} is promoted.${relative}`;
  }
  const what = edge.kind === 'logical' ? say`had not applied` : say`had not confirmed`;
  return bytes === 0
    ? say`${target} had taken all that ${source} had written by then.`
    : say`${target} ${what} that; it is lost for it if ${source} fails for good now. It is counted in WAL, also of what is not published.`;
}

function unknownNote(picture: Picture, edge: EdgeSnapshot): string {
  const source = edge.from ?? say`its upstream`;
  const node = picture.node(edge.from);
  const because =
    node !== null && !isRead(node)
      ? say`${source} cannot be asked now`
      : (edge.unknownBecause ?? say`it was not measured`);
  const after = lastKnown(edge) === null ? '' : say` What ${source} wrote since is not in it.`;
  return say`Not known: ${because}.${after}`;
}

/** `12 kB at 14:27:57`, when it was read last; `null` where it never was. */
function lastKnown({ lastKnown: known, lagBytes, verdict }: EdgeSnapshot): string | null {
  const bytes = known?.lagBytes ?? null;
  if (known === null || bytes === null || isUnasked(verdict.code)) return null;
  // What a standby alone says compares only what was sent to it.
  if (lagBytes !== null) return null;
  return say`${bytes === 0 ? say`nothing` : formatBytes(bytes)} at ${formatClock(known.atMs)}`;
}
