import { addEvent } from '../../core/events/addEvent';
import {
  resumedEvent,
  stateEvents,
  toldAfter,
  type ToldStates,
} from '../../core/events/stateEvents';
import type { TopologyEvent } from '../../core/events/topologyEvent';
import type { Disposable } from '../../core/ports/disposable';
import type { TopologySnapshot } from '../../core/snapshot';

interface Page {
  events: readonly TopologyEvent[];
  told: ToldStates;
  last: TopologySnapshot | null;
  /** Rises with every change, so that a reader knows whether to read again. */
  revision: number;
}

/** What happened to each topology, oldest first and bounded: the one place where states, plans, drains and checks meet. */
export class EventBook implements Disposable {
  readonly #pages = new Map<string, Page>();
  readonly #listeners = new Set<(topologyId: string) => void>();

  constructor(private readonly nowMs: () => number) {}

  of(topologyId: string): readonly TopologyEvent[] {
    return this.#pages.get(topologyId)?.events ?? [];
  }

  revision(topologyId: string): number {
    return this.#pages.get(topologyId)?.revision ?? 0;
  }

  /** Takes back what an earlier window had kept. What this one saw meanwhile stays, unless it is what was told before. */
  restore(topologyId: string, events: readonly TopologyEvent[]): void {
    const page = this.#page(topologyId);
    const before = toldAfter(new Map(), events);
    const fresh = page.events.filter(
      ({ kind, subject, code }) =>
        kind !== 'state' || subject === null || code === null || before.get(subject) !== code,
    );
    page.events = [];
    for (const event of [...events, ...fresh]) this.#add(page, event);
    page.told = toldAfter(before, fresh);
    this.#changed(topologyId, page);
  }

  note(topologyId: string, event: TopologyEvent): void {
    const page = this.#page(topologyId);
    this.#add(page, event);
    this.#changed(topologyId, page);
  }

  /** Compares a picture with what was told so far. */
  noteSnapshot(snapshot: TopologySnapshot): void {
    const page = this.#page(snapshot.id);
    const resumed = page.last === null ? null : resumedEvent(page.last, snapshot);
    const changes = stateEvents(page.told, snapshot);
    page.last = snapshot;
    if (resumed === null && changes.length === 0) return;
    for (const event of resumed === null ? changes : [resumed, ...changes]) this.#add(page, event);
    page.told = toldAfter(page.told, changes);
    this.#changed(snapshot.id, page);
  }

  /** Forgets every topology but these. */
  keep(topologyIds: readonly string[]): void {
    for (const id of [...this.#pages.keys()]) if (!topologyIds.includes(id)) this.#pages.delete(id);
  }

  onDidChange(listener: (topologyId: string) => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => void this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#listeners.clear();
    this.#pages.clear();
  }

  #add(page: Page, event: TopologyEvent): void {
    page.events = addEvent(page.events, event, this.nowMs());
  }

  #page(topologyId: string): Page {
    const known = this.#pages.get(topologyId);
    if (known !== undefined) return known;
    const page: Page = { events: [], told: new Map(), last: null, revision: 0 };
    this.#pages.set(topologyId, page);
    return page;
  }

  #changed(topologyId: string, page: Page): void {
    page.revision += 1;
    for (const listener of this.#listeners) listener(topologyId);
  }
}
