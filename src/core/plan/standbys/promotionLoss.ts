import { formatBytes, formatDuration } from '../../format';
import { lagBytesBetween, parseLsn } from '../../lsn';
import { say } from '../../say';
import type { Finding } from '../finding';
import { noteFinding, warningFinding } from '../findingParts';
import type { PlanContext } from '../requests';

/** What of the upstream's changes a promotion would leave behind, as far as anybody can tell. */
export function lossFindings(
  context: PlanContext,
  nodeId: string,
  upstreamId: string | null,
): readonly Finding[] {
  const upstream = upstreamId ?? say`its primary`;
  const bytes = bytesBehind(context, nodeId, upstreamId);
  if (bytes !== null) {
    return [
      bytes === 0
        ? noteFinding(
            'losesChanges',
            nodeId,
            say`${nodeId} had everything of ${upstream} a moment ago. What is written there from now on is not on ${nodeId}.`,
          )
        : warningFinding(
            'losesChanges',
            nodeId,
            say`At least ${formatBytes(bytes)}${timeWords(context, nodeId)} of ${upstream}'s changes are not on ${nodeId}.`,
          ),
    ];
  }
  const edge = edgeOf(context, nodeId);
  const known = edge?.lastKnown ?? null;
  const last =
    known?.lagBytes === null || known === null
      ? ''
      : say` It was ${formatBytes(known.lagBytes)} behind when it was last known.`;
  const setup = context.setup?.get(nodeId);
  const replayed = setup?.wal.lastReplayedCommitAtMs ?? null;
  const since =
    setup === undefined || replayed === null
      ? ''
      : say` The last change that it has was committed ${formatDuration(Math.max(0, setup.readAtMs - replayed))} ago.`;
  return [
    warningFinding(
      'losesChanges',
      nodeId,
      say`${upstream} could not be asked how far it is: how much of its changes is not on ${nodeId} is not known.${last}${since}`,
    ),
  ];
}

/** From the end of the upstream's WAL to what the standby has received, which it replays before it opens. */
function bytesBehind(
  { setup }: PlanContext,
  nodeId: string,
  upstreamId: string | null,
): number | null {
  const upstream = upstreamId === null ? undefined : setup?.get(upstreamId)?.wal;
  const own = setup?.get(nodeId)?.wal;
  const end = parse(upstream?.currentLsn ?? upstream?.receiveLsn ?? upstream?.replayLsn);
  const have = [parse(own?.receiveLsn), parse(own?.replayLsn)].filter((lsn) => lsn !== null);
  const [first, second] = have;
  if (end === null || first === undefined) return null;
  const furthest = second !== undefined && second > first ? second : first;
  return lagBytesBetween(end, furthest);
}

function parse(text: string | null | undefined) {
  return text === null || text === undefined ? null : parseLsn(text);
}

function timeWords(context: PlanContext, nodeId: string): string {
  const lagMs = edgeOf(context, nodeId)?.lagMs ?? null;
  return lagMs === null ? '' : ` (${formatDuration(lagMs)})`;
}

function edgeOf({ snapshot }: PlanContext, nodeId: string) {
  return snapshot?.edges.find(({ kind, to }) => kind === 'streaming' && to === nodeId);
}
