import { formatCounted, formatDuration } from '../format';
import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import { nodesNeedingAttention } from './nodeState';
import { SnapshotIndex } from './snapshotIndex';

/** What the explorer says beside its rows. */
export interface ViewState {
  /** Number on the activity bar's icon; 0 shows none. */
  readonly badge: number;
  readonly badgeTooltip: string;
  /** One line above the rows, the worst first; `null` shows none. */
  readonly message: string | null;
  /** Stands beside the view's title. */
  readonly description: string;
}

/** A topology file as the view's head needs it. */
export interface FileCondition {
  readonly name: string;
  /** First thing that is wrong with the stored text, with its line; `null` when it is valid. */
  readonly error: string | null;
  /** When it was last valid; `null` when it never was. */
  readonly lastValidAtMs: number | null;
}

export function viewStateOf(
  snapshots: readonly TopologySnapshot[],
  files: readonly FileCondition[],
  nowMs: number,
): ViewState {
  const badge = snapshots.reduce(
    (sum, snapshot) => sum + nodesNeedingAttention(new SnapshotIndex(snapshot, nowMs)).length,
    0,
  );
  return {
    badge,
    badgeTooltip: say`${formatCounted(badge, 'node')} ${badge === 1 ? say`needs` : say`need`} attention`,
    message: messageOf(snapshots, files, nowMs),
    description:
      files.length === 1
        ? (files[0]?.name ?? '')
        : files.length === 0
          ? ''
          : formatCounted(files.length, 'file'),
  };
}

function messageOf(
  snapshots: readonly TopologySnapshot[],
  files: readonly FileCondition[],
  nowMs: number,
): string | null {
  for (const snapshot of snapshots) {
    const writable = snapshot.nodes.filter((node) => node.verdict.code === 'splitBrain');
    if (writable.length > 1) {
      const names = writable.map((node) => node.id).join(', ');
      return say`${writable.length} writable nodes of one system (${names}). Changes are refused until you choose one.`;
    }
  }
  const contacts = snapshots.flatMap(({ nodes }) => nodes.map((node) => node.sample.contact));
  if (contacts.includes('restricted')) return say`Restricted mode: not connecting to any server.`;
  const invalid = files.find((file) => file.error !== null);
  if (invalid !== undefined) return invalidMessage(invalid, nowMs);
  const isUntouched = contacts.length > 0 && contacts.every((contact) => contact === 'notAsked');
  return isUntouched ? untouchedMessage(snapshots) : null;
}

function invalidMessage(file: FileCondition, nowMs: number): string {
  if (file.lastValidAtMs === null) return say`${file.name} cannot be read: ${file.error ?? ''}`;
  const ageMs = Math.max(1_000, Math.floor((nowMs - file.lastValidAtMs) / 1_000) * 1_000);
  return say`${file.name} has errors. Showing the last valid version, ${formatDuration(ageMs)} old.`;
}

function untouchedMessage(snapshots: readonly TopologySnapshot[]): string {
  const nodes = snapshots.flatMap((snapshot) => snapshot.topology.nodes);
  const hosts = new Set(nodes.map((node) => hostOf(node.connection)));
  const declared = nodes.length === 1 ? say`is declared` : say`are declared`;
  return say`${formatCounted(nodes.length, 'node')} on ${formatCounted(hosts.size, 'host')} ${declared}. Nothing has been contacted.`;
}

/** A connection without a host is a service or the default socket; each service counts as a place of its own. */
function hostOf(connection: Readonly<Record<string, string>>): string {
  return (
    connection['host'] ?? connection['hostaddr'] ?? say`service ${connection['service'] ?? ''}`
  );
}
