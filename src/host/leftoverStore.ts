import { EventEmitter, type Event, type Memento } from 'vscode';
import { isSameLeftover, type Leftover } from '../core/plan/leftover';
import type { Disposable } from '../core/ports/disposable';

const MEMENTO_KEY = 'pgTopology.leftovers';

/** What plans left on publishers, kept in the workspace's own state until it is gone. Holds names, and no addresses. */
export class LeftoverStore implements Disposable {
  readonly #changed = new EventEmitter<void>();
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(private readonly memento: Pick<Memento, 'get' | 'update'>) {}

  all(): readonly Leftover[] {
    const stored = this.memento.get<unknown>(MEMENTO_KEY);
    return Array.isArray(stored) ? stored.filter(isLeftover) : [];
  }

  /** Notes these; what was noted of the same slots before is replaced. */
  async add(leftovers: readonly Leftover[]): Promise<void> {
    if (leftovers.length === 0) return;
    await this.#write([...without(this.all(), leftovers), ...leftovers]);
  }

  async remove(leftovers: readonly Leftover[]): Promise<void> {
    const before = this.all();
    const after = without(before, leftovers);
    if (after.length < before.length) await this.#write(after);
  }

  dispose(): void {
    this.#changed.dispose();
  }

  async #write(leftovers: readonly Leftover[]): Promise<void> {
    await this.memento.update(MEMENTO_KEY, leftovers.length === 0 ? undefined : leftovers);
    this.#changed.fire();
  }
}

function without(all: readonly Leftover[], some: readonly Leftover[]): readonly Leftover[] {
  return all.filter((each) => !some.some((other) => isSameLeftover(each, other)));
}

/** An older or newer version of this extension may have kept something else. */
function isLeftover(value: unknown): value is Leftover {
  if (typeof value !== 'object' || value === null) return false;
  const isText = (key: string): boolean => typeof Reflect.get(value, key) === 'string';
  return (
    ['topologyId', 'nodeId', 'slotName', 'why', 'subscriberId', 'subscription'].every(isText) &&
    typeof Reflect.get(value, 'sinceMs') === 'number'
  );
}
