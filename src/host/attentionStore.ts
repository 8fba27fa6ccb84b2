import {
  isMuted,
  mute,
  mutedGroups,
  NOTHING_HAPPENED,
  readAttentionMemory,
  storedForm,
  unmute,
  type AttentionMemory,
  type MutedUntil,
} from '../core/attention/attentionMemory';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';

const MEMENTO_KEY = 'pgTopology.attention';
/** Topologies that are remembered: the files of a workspace come and go. */
const MOST_KEPT = 50;

/** What is used of VS Code's `Memento`. */
interface WorkspaceState {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

/** What was told of each topology and what is muted, in the workspace's own state; everything until reload in memory alone. */
export class AttentionStore implements Disposable {
  readonly #memories = new Map<string, AttentionMemory>();
  readonly #listeners = new Set<() => void>();
  #stored: string;
  #isAllMuted = false;

  constructor(
    private readonly memento: WorkspaceState,
    private readonly clock: Pick<Clock, 'nowMs'>,
  ) {
    const stored = memento.get(MEMENTO_KEY);
    this.#stored = JSON.stringify(stored ?? {});
    if (typeof stored !== 'object' || stored === null) return;
    for (const [id, memory] of Object.entries(stored)) {
      this.#memories.set(id, readAttentionMemory(memory));
    }
  }

  of(topologyId: string): AttentionMemory {
    return this.#memories.get(topologyId) ?? NOTHING_HAPPENED;
  }

  /** Keeps what the latest picture made of it. Written only when something was told, muted or is over. */
  keep(topologyId: string, memory: AttentionMemory): void {
    const before = this.of(topologyId);
    // Last in, so that the oldest go first.
    this.#memories.delete(topologyId);
    this.#memories.set(topologyId, memory);
    this.#write();
    if (JSON.stringify(before.mutes) !== JSON.stringify(memory.mutes)) this.#tell();
  }

  /** Whether nothing is told until the window is reloaded. */
  get isAllMuted(): boolean {
    return this.#isAllMuted;
  }

  setAllMuted(isMuted: boolean): void {
    this.#isAllMuted = isMuted;
    this.#tell();
  }

  isMuted(topologyId: string, group: string): boolean {
    return this.#isAllMuted || isMuted(this.of(topologyId), group, this.clock.nowMs());
  }

  mute(topologyId: string, group: string, until: MutedUntil): void {
    this.keep(topologyId, mute(this.of(topologyId), group, until));
  }

  unmute(topologyId: string, group: string): void {
    this.keep(topologyId, unmute(this.of(topologyId), group));
  }

  /** What is muted in a topology now. */
  mutedIn(topologyId: string): readonly string[] {
    return mutedGroups(this.of(topologyId), this.clock.nowMs());
  }

  /** Whether anything is muted at all, for the status bar's bell. */
  isAnyMuted(topologyIds: readonly string[]): boolean {
    return this.#isAllMuted || topologyIds.some((id) => this.mutedIn(id).length > 0);
  }

  /** Called when something was muted, or is not muted any more. */
  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#listeners.clear();
  }

  #write(): void {
    const kept = [...this.#memories].slice(-MOST_KEPT).flatMap(([id, memory]) => {
      const form = storedForm(memory);
      const isEmpty = Object.values(form).every((part: object) => Object.keys(part).length === 0);
      return isEmpty ? [] : [[id, form] as const];
    });
    const value = Object.fromEntries(kept);
    const text = JSON.stringify(value);
    if (text === this.#stored) return;
    this.#stored = text;
    void this.memento.update(MEMENTO_KEY, value);
  }

  #tell(): void {
    for (const listener of [...this.#listeners]) listener();
  }
}
