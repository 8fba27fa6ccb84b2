import { formatCounted, formatDuration, formatPart, speak } from '../format';
import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import { contextValue, facts, icon, ROLE_ICONS, type RowIcon, type RowText } from './rowText';

/** What the row of a topology needs beside its snapshot. */
export interface TopologySurroundings {
  /** Said where the window is a remote one: `SSH`. */
  readonly remoteName: string | null;
  /** Where several folders hold topologies, the folder's name. */
  readonly folderName: string | null;
}

/** The root row of a topology: `Central cloud`, `4 of 4 replicas healthy · 38 ms`. */
export function topologyRowText(
  snapshot: TopologySnapshot,
  { remoteName, folderName }: TopologySurroundings,
): RowText {
  const { name } = snapshot.topology;
  const label = folderName === null ? name : `${folderName}: ${name}`;
  const description = describeTopology(snapshot, remoteName);
  const isRestricted = isEvery(snapshot, 'restricted');
  return {
    label,
    description,
    icon: topologyIcon(snapshot),
    contextValue: contextValue('topology', [], snapshot.summary.health, {
      connected: snapshot.nodes.some((node) => node.sample.contact === 'connected'),
      production: snapshot.topology.environment === 'production',
      declared: true,
      restricted: isRestricted,
    }),
    accessibleLabel: say`${label}, topology, ${speak(description)}`,
  };
}

function describeTopology(snapshot: TopologySnapshot, remoteName: string | null): string {
  const { summary } = snapshot;
  const declared = snapshot.nodes.filter((node) => node.isDeclared);
  const nodes = formatCounted(declared.length, 'node');
  const via = remoteName === null ? null : say`via ${remoteName}`;
  if (isEvery(snapshot, 'restricted')) return facts(nodes, say`restricted mode`);
  if (!summary.isContacted) {
    return facts(
      nodes,
      isEvery(snapshot, 'disconnected') ? say`disconnected` : say`not connected`,
      via,
    );
  }
  const isFirstConnect = declared.every(
    ({ sample }) => sample.fastAtMs === null && sample.failure === null,
  );
  if (isFirstConnect) return facts(nodes, say`connecting`, via);
  const healthy =
    summary.replicas === 0
      ? formatPart(
          declared.filter((node) => node.verdict.health === 'healthy').length,
          declared.length,
          'nodes healthy',
        )
      : say`${formatPart(summary.healthyReplicas, summary.replicas, 'replicas')} healthy`;
  if (summary.problems.length > 0) {
    return facts(healthy, formatCounted(summary.problems.length, 'problem'));
  }
  return facts(healthy, via ?? worstLag(snapshot));
}

function worstLag({ summary }: TopologySnapshot): string | null {
  if (summary.worstLagMs !== null) {
    return summary.worstLagMs === 0 ? say`caught up` : formatDuration(summary.worstLagMs);
  }
  return summary.worstLagBytes === 0 ? say`caught up` : null;
}

function topologyIcon({ summary }: TopologySnapshot): RowIcon {
  if (summary.health === 'error') return icon('error', 'problemsErrorIcon.foreground');
  if (summary.health === 'warning') return icon('warning', 'problemsWarningIcon.foreground');
  return icon(ROLE_ICONS.topology, null);
}

function isEvery(snapshot: TopologySnapshot, contact: string): boolean {
  const declared = snapshot.nodes.filter((node) => node.isDeclared);
  return declared.length > 0 && declared.every((node) => node.sample.contact === contact);
}
