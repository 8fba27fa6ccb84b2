import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Disposable } from '../../core/ports/disposable';
import type { Drains } from '../../core/ports/drains';
import type {
  DrainPreview,
  DrainProgress,
  DrainReport,
  DrainState,
  QueueAddress,
} from '../../core/queue/drain';

/** What drains, once it is loaded. */
export interface LoadedDrains extends Drains {
  /** Stops every drain and closes its sessions. */
  dispose(): Promise<void>;
}

/** Loads what drains with the first thing that is drained: activation needs none of it. The owner disposes it. */
export class DrainsOnDemand implements Drains {
  readonly #listeners = new Set<(topologyId: string) => void>();
  #loaded: LoadedDrains | null = null;
  #loading: Promise<LoadedDrains> | null = null;

  constructor(
    private readonly load: () => Promise<LoadedDrains>,
    private readonly onError: (error: unknown) => void,
  ) {}

  async preview(address: QueueAddress, signal: CancelSignal): Promise<DrainPreview> {
    return (await this.#get()).preview(address, signal);
  }

  async drain(
    address: QueueAddress,
    signal: CancelSignal,
    onProgress?: (progress: DrainProgress) => void,
  ): Promise<DrainReport> {
    return (await this.#get()).drain(address, signal, onProgress);
  }

  of(topologyId: string): readonly DrainState[] {
    return this.#loaded?.of(topologyId) ?? NONE;
  }

  onDidChange(listener: (topologyId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  setAutomatic(address: QueueAddress, isOn: boolean): void {
    // What was never loaded drains nothing.
    if (!isOn && this.#loading === null) return;
    this.#get().then((drains) => drains.setAutomatic(address, isOn), this.onError);
  }

  async dispose(): Promise<void> {
    this.#listeners.clear();
    const loaded = await this.#loading?.catch(() => null);
    await loaded?.dispose();
  }

  #get(): Promise<LoadedDrains> {
    this.#loading ??= this.load().then((drains) => {
      this.#loaded = drains;
      drains.onDidChange((topologyId) => {
        for (const listener of [...this.#listeners]) listener(topologyId);
      });
      return drains;
    });
    return this.#loading;
  }
}

/** One object, as long as nothing is known. */
const NONE: readonly DrainState[] = [];
