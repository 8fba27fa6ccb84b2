import { say } from '../src/core/say';
import { Channel } from '../src/protocol/channel';
import { isChannelError } from '../src/protocol/channelError';
import {
  commandRequested,
  dashboardReady,
  type DashboardPush,
  fetchEvents,
  fetchLagHistory,
  fetchQueuePast,
  selectionChanged,
  snapshotPushed,
  topologyChosen,
} from '../src/protocol/dashboardMessages';
import { Announcer } from './announcer';
import { readArrangement } from './arrangement';
import { HistoryStore } from './charts/historyStore';
import { QueuePastStore } from './charts/queuePastStore';
import type { Actions } from './commands';
import { Page } from './page';
import type { Figure } from './text/figure';
import { selectedIdOf, Store } from './store';
import { headlineOf } from './text/headline';
import type { VsCodeApi } from './vscodeApi';

/** Without a push for this long ages are told anew, every `TICK_MS`. */
const TICK_MS = 5_000;
const LONG_WAIT_MS = 500;
const NOTICE_MS = 5_000;

/** The dashboard's page: hears the host, keeps what the user arranged, and draws when something changed. */
export class Dashboard {
  private readonly store: Store;
  private readonly history = new HistoryStore();
  private readonly pasts = new QueuePastStore();
  private readonly channel: Channel;
  private readonly page: Page;
  private readonly announcer: Announcer;
  private readonly notice: HTMLElement;
  private isFetching = false;
  private isFetchingPasts = false;
  private isFetchingEvents = false;
  private eventsOf: { readonly topologyId: string; readonly revision: number } | null = null;
  private isDrawing = false;
  private pushedAt = 0;

  constructor(
    private readonly vscode: VsCodeApi,
    root: HTMLElement,
  ) {
    this.store = new Store({
      push: null,
      arrangement: readArrangement(vscode.getState()),
      find: '',
      mapCursorId: null,
      nowMs: Date.now(),
      width: document.documentElement.clientWidth,
      events: [],
      eventFilter: 'all',
      areAllEventsShown: false,
      figure: null,
    });
    this.channel = new Channel({
      post: (message) => vscode.postMessage(message),
      schedule: (delayMs, run) => {
        const timer = setTimeout(run, delayMs);
        return () => clearTimeout(timer);
      },
      warn: (message) => console.debug(message),
      maxReceivedBytes: null,
    });
    this.announcer = new Announcer(liveRegion(), (delayMs, run) => void setTimeout(run, delayMs));
    this.notice = liveRegion();
    this.notice.className = 'notice';
    this.page = new Page(root, this.store, this.history, this.pasts, this.actions());
  }

  start(): void {
    this.channel.on(snapshotPushed, (push) => this.takePush(push));
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      this.channel.receive(event.data);
    });
    this.store.onChange(() => this.changed());
    new ResizeObserver(() => this.measure()).observe(document.documentElement);
    const themes = new MutationObserver(() => this.page.themeChanged());
    themes.observe(document.body, { attributes: true, attributeFilter: ['class'] });
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
    document.addEventListener('visibilitychange', () => {
      if (document.visibilityState === 'visible') this.sayReady();
    });
    setInterval(() => this.tick(), TICK_MS);
    setTimeout(() => {
      this.page.isLongWait = true;
      this.draw();
    }, LONG_WAIT_MS);
    this.sayReady();
  }

  private sayReady(): void {
    const { topologyId, selectedId } = this.store.model.arrangement;
    this.channel.emit(dashboardReady, { topologyId, selectedId });
  }

  private takePush(push: DashboardPush): void {
    this.pushedAt = performance.now();
    // The same content at a later time draws nothing.
    const before = this.store.model.push;
    if (isSame(push, before)) return;
    this.store.takePush(push);
    const { state, focus } = push;
    if (state === null) return;
    if (focus.serial > (before?.focus.serial ?? 0)) this.goToFocus(focus);
    void this.fetchEvents(state.topologyId, push.eventsRevision);
    this.announcer.say(headlineOf(state, push.sentAtMs).title);
    this.askEvidence();
    void this.fetchHistory(state.topologyId);
    if (this.pasts.isOutdated(state)) void this.fetchPasts(state.topologyId);
  }

  /** The host sends evidence for what it knows to be selected; on the first push that may be nothing. */
  private askEvidence(): void {
    const { push, arrangement } = this.store.model;
    const state = push?.state;
    if (state === null || state === undefined) return;
    const id = selectedIdOf(state, arrangement);
    if (id === null || state.details?.id === id) return;
    this.channel.emit(selectionChanged, { topologyId: state.topologyId, id });
  }

  /** Asks for points newer than those at hand; one request at a time, the next push asks again. */
  private async fetchHistory(topologyId: string): Promise<void> {
    if (this.isFetching) return;
    this.isFetching = true;
    const { range: asked } = this.store.model.arrangement;
    try {
      const afterMs = this.history.askFromMs(topologyId, asked);
      this.history.merge(
        await this.channel.request(fetchLagHistory, { topologyId, range: asked, afterMs }),
      );
      this.page.drawHistory();
    } catch (error) {
      if (!isChannelError(error)) throw error;
      console.debug(error.message);
      const { range } = this.history;
      this.history.merge({ topologyId, range, pauses: [...this.history.pauses], series: [] });
      this.page.drawHistory();
    } finally {
      this.isFetching = false;
    }
    // Another range was chosen meanwhile.
    if (this.store.model.arrangement.range !== asked) void this.fetchHistory(topologyId);
  }

  /** What does not come is asked for again with the next push. */
  private async fetchPasts(topologyId: string): Promise<void> {
    if (this.isFetchingPasts) return;
    this.isFetchingPasts = true;
    try {
      this.pasts.take(await this.channel.request(fetchQueuePast, { topologyId }));
      this.changed();
    } catch (error) {
      if (!isChannelError(error)) throw error;
      console.debug(error.message);
    } finally {
      this.isFetchingPasts = false;
    }
  }

  /** What happened, when anything did since it was asked for last; one request at a time, the next push asks again. */
  private async fetchEvents(topologyId: string, revision: number): Promise<void> {
    const { eventsOf } = this;
    const isKnown = eventsOf?.topologyId === topologyId && eventsOf.revision === revision;
    if (isKnown || this.isFetchingEvents) return;
    this.isFetchingEvents = true;
    try {
      const answer = await this.channel.request(fetchEvents, { topologyId });
      this.eventsOf = { topologyId, revision: answer.revision };
      this.store.set({ events: answer.events });
    } catch (error) {
      if (!isChannelError(error)) throw error;
      console.debug(error.message);
    } finally {
      this.isFetchingEvents = false;
    }
  }

  /** To what somebody outside of the page asked for; the page as a whole begins where it is. */
  private goToFocus({ id, section }: DashboardPush['focus']): void {
    if (section === 'loss') this.goToLoss();
    else if (id !== null) requestAnimationFrame(() => this.page.goToDetails());
  }

  /** After the drawing that makes the place to go to. */
  private goToLoss(): void {
    requestAnimationFrame(() => this.page.goToLoss());
  }

  private showFigure(figure: Figure, at: HTMLElement): void {
    this.store.set({ figure });
    queueMicrotask(() => {
      const card = document.getElementById('figure-card');
      if (card === null) return;
      const { left, bottom } = at.getBoundingClientRect();
      card.style.left = `${Math.max(8, Math.min(left, this.store.model.width - 376))}px`;
      card.style.top = `${bottom + 4}px`;
      card.showPopover();
    });
  }

  private actions(): Actions {
    return {
      select: (id) => this.select(id),
      setTopology: (topologyId) => {
        this.store.set({ find: '', mapCursorId: null });
        this.channel.emit(topologyChosen, { topologyId });
      },
      run: (command, subject = null) => {
        const topologyId = this.store.model.push?.state?.topologyId ?? null;
        this.channel.emit(commandRequested, { command, topologyId, subject });
      },
      copy: (text, what) => void this.copy(text, what),
      showFigure: (figure, at) => this.showFigure(figure, at),
      goTo: () => this.goToLoss(),
      followEvent: (subject, atMs) => {
        if (subject !== null) this.select(subject);
        this.page.showTime(atMs);
      },
      setRange: (range) => {
        this.store.arrange({ range });
        const topologyId = this.store.model.push?.state?.topologyId;
        if (topologyId !== undefined) void this.fetchHistory(topologyId);
      },
    };
  }

  /** A reader that is no Postgres has no details of its own: its link has them. */
  private select(id: string): void {
    const consumers = this.store.model.push?.state?.consumers ?? [];
    const isConsumer = consumers.some((consumer) => consumer.id === id);
    this.store.arrange({ selectedId: isConsumer ? `consumer/${id}` : id });
    this.askEvidence();
  }

  private async copy(text: string, what: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(text);
      this.tell(say`${what} copied.`);
    } catch {
      this.tell(say`${what} could not be copied: the window does not have the focus.`);
    }
  }

  private tell(text: string): void {
    this.notice.textContent = text;
    setTimeout(() => {
      if (this.notice.textContent === text) this.notice.textContent = '';
    }, NOTICE_MS);
  }

  private changed(): void {
    this.vscode.setState(this.store.model.arrangement);
    if (this.isDrawing) return;
    // Several changes of one turn are drawn once, before the next frame.
    this.isDrawing = true;
    queueMicrotask(() => this.draw());
  }

  private draw(): void {
    this.isDrawing = false;
    this.page.render();
  }

  private measure(): void {
    const width = document.documentElement.clientWidth;
    if (width !== this.store.model.width) this.store.set({ width });
  }

  /** Nothing came for a while: only then do ages grow by themselves. */
  private tick(): void {
    const { push } = this.store.model;
    const quietMs = performance.now() - this.pushedAt;
    if (push?.state === null || push === null || quietMs < 2 * TICK_MS) return;
    // What a file holds grows no older.
    if (push.incident !== null) return;
    this.store.set({ nowMs: push.sentAtMs + quietMs });
  }
}

/** Compares by content only what may be the same: every new snapshot has a version of its own. */
function isSame(push: DashboardPush, last: DashboardPush | null): boolean {
  if (push.state?.version !== last?.state?.version) return false;
  return JSON.stringify({ ...push, sentAtMs: 0 }) === JSON.stringify({ ...last, sentAtMs: 0 });
}

function liveRegion(): HTMLElement {
  const region = document.createElement('div');
  region.className = 'sr';
  region.setAttribute('role', 'status');
  region.setAttribute('aria-live', 'polite');
  document.body.append(region);
  return region;
}
