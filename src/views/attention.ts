import { attend } from '../core/attention/attend';
import { noticesOf, type Notice } from '../core/attention/notice';
import { plainMessage } from '../core/attention/plainMessage';
import type { Diagnose } from '../core/attention/problemWords';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import type { AttentionStore } from '../host/attentionStore';

/** Labels of a notification's buttons. */
const EXPLAIN = say`Explain`;
const RESOLVE = say`Resolve…`;
const MUTE = say`Mute…`;

export interface AttentionDeps {
  readonly monitor: Pick<TopologyMonitor, 'onDidChange'>;
  readonly store: Pick<AttentionStore, 'of' | 'keep' | 'isAllMuted'>;
  readonly clock: Pick<Clock, 'nowMs'>;
  readonly isEnabled: () => boolean;
  /** How often nodes are asked just now. */
  readonly pollIntervalMs: () => number;
  readonly diagnose: Diagnose;
  readonly redact: (text: string) => string;
  /** Resolves with the button that was pressed; with nothing when it was dismissed. */
  readonly show: (
    level: Notice['level'],
    text: string,
    buttons: readonly string[],
  ) => PromiseLike<string | undefined>;
  /** Starts a command without its prefix. */
  readonly runCommand: (
    id: 'explain' | 'showConflict' | 'muteNotifications',
    target: { readonly topologyId: string; readonly subject: string },
  ) => void;
}

/** Turns pictures into notifications: only changes to unhealthy that last, and each of them once. */
export class Attention implements Disposable {
  readonly #subscription: Disposable;

  constructor(private readonly deps: AttentionDeps) {
    this.#subscription = deps.monitor.onDidChange((snapshot) => this.#look(snapshot));
  }

  dispose(): void {
    this.#subscription.dispose();
  }

  #look(snapshot: TopologySnapshot): void {
    const { store, clock, pollIntervalMs, diagnose } = this.deps;
    const before = store.of(snapshot.id);
    const hasNothing = snapshot.summary.problems.length === 0 && isEmpty(before.outages);
    if (hasNothing && isEmpty(before.groups) && isEmpty(before.mutes)) return;
    const nowMs = clock.nowMs();
    const { memory, alarms } = attend(snapshot, before, nowMs, pollIntervalMs());
    store.keep(snapshot.id, memory);
    // Counted all the same: what went out meanwhile is not told when notifications are turned on again.
    if (alarms.length === 0 || store.isAllMuted || !this.deps.isEnabled()) return;
    for (const notice of noticesOf(snapshot, alarms, nowMs, diagnose)) this.#tell(notice);
  }

  #tell({ level, text, topologyId, subject, action }: Notice): void {
    const { show, runCommand, redact } = this.deps;
    const first = action === 'resolve' ? RESOLVE : EXPLAIN;
    void show(level, plainMessage(redact(text)), [first, MUTE]).then((pressed) => {
      if (pressed === undefined) return;
      const command = pressed === MUTE ? 'muteNotifications' : COMMANDS[action];
      runCommand(command, { topologyId, subject });
    });
  }
}

const COMMANDS = { explain: 'explain', resolve: 'showConflict' } as const;

function isEmpty(record: object): boolean {
  return Object.keys(record).length === 0;
}
