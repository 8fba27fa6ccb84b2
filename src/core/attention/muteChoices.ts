import { say } from '../say';
import type { TopologySnapshot } from '../snapshot';
import type { AttentionMemory, MutedUntil } from './attentionMemory';
import { SubjectVerdicts } from './subjectVerdicts';

/** One line of *Mute…*. */
export interface MuteChoice {
  readonly kind: 'mute' | 'unmute' | 'muteAll' | 'unmuteAll';
  readonly label: string;
  /** Empty for what is about all. */
  readonly group: string;
  /** Of `mute` alone. */
  readonly until?: MutedUntil;
}

const HOUR_MS = 3_600_000;

/** What stands to be muted: what was asked about first, then what is out; nodes without trouble only where nothing is out. */
export function muteChoices(
  snapshot: TopologySnapshot,
  memory: AttentionMemory,
  options: {
    readonly subject: string | null;
    readonly nowMs: number;
    readonly mutedGroups: readonly string[];
    readonly isAllMuted: boolean;
  },
): readonly MuteChoice[] {
  const { subject, nowMs, mutedGroups, isAllMuted } = options;
  const out = new Set(Object.values(memory.outages).map(({ group }) => group));
  const asked = subject === null ? [] : [new SubjectVerdicts(snapshot).groupOf(subject)];
  const named = [...new Set([...asked, ...out])];
  const groups = named.length > 0 ? named : snapshot.topology.nodes.map(({ id }) => id);
  const muted = new Set(mutedGroups);
  return [
    ...(isAllMuted
      ? [{ kind: 'unmuteAll' as const, label: say`Tell all notifications again`, group: '' }]
      : []),
    ...mutedGroups.map((group) => ({
      kind: 'unmute' as const,
      label: say`${groupName(group)}: tell notifications again`,
      group,
    })),
    ...groups
      .filter((group) => !muted.has(group))
      .flatMap((group) => [
        {
          kind: 'mute' as const,
          label: say`${groupName(group)} for 1 hour`,
          group,
          until: nowMs + HOUR_MS,
        },
        ...(out.has(group)
          ? [
              {
                kind: 'mute' as const,
                label: say`${groupName(group)} until it recovers`,
                group,
                until: 'recovery' as const,
              },
            ]
          : []),
      ]),
    ...(isAllMuted
      ? []
      : [{ kind: 'muteAll' as const, label: say`All notifications until reload`, group: '' }]),
  ];
}

/** What people call a group. */
function groupName(group: string): string {
  if (group === 'splitBrain') return say`The split brain`;
  const [, nodeId, slot] = /^slot\/([^/]+)\/(.+)$/su.exec(group) ?? [];
  return slot === undefined ? group : say`Slot ${slot} on ${nodeId ?? ''}`;
}
