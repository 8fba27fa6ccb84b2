import { Channel } from '../../src/protocol/channel';
import {
  choicesOf,
  type DiscoveryDraft,
  type NodeDraft,
  placeOf,
} from '../../src/protocol/discoveryDraft';
import {
  discoveryCancelled,
  discoveryChosen,
  discoveryLookAgain,
  discoveryReady,
  discoveryShown,
} from '../../src/protocol/discoveryMessages';
import { mergeDraft } from '../../src/protocol/discoveryMerge';
import type { DiscoveryState } from '../../src/protocol/discoveryState';
import { mapWidth } from '../page';
import { focusOnMap } from '../parts/topologySection';
import type { VsCodeApi } from '../vscodeApi';
import { fieldId, type RowField } from './nodeRow';
import type { ProposalActions } from './proposalActions';
import { isLooking, modelOf, nodeKey } from './proposalModel';
import { ProposalPage } from './proposalPage';
import { followSelected, readSaved, type Saved } from './savedDraft';

/** The page of a discovery or an import: shows what was found, keeps what the person sets, and hands back the decision. */
export class Discovery {
  private readonly channel: Channel;
  private readonly page: ProposalPage;
  private state: DiscoveryState | null = null;
  /** As it was proposed. */
  private base: DiscoveryDraft = [];
  private draft: DiscoveryDraft = [];
  private lost: readonly string[] = [];
  private selectedKey: string | null = null;
  private cursorKey: string | null = null;
  private width = document.documentElement.clientWidth;
  private isDrawing = false;

  constructor(
    private readonly vscode: VsCodeApi,
    root: HTMLElement,
  ) {
    this.channel = new Channel({
      post: (message) => vscode.postMessage(message),
      // Only requests take time, and this page makes none.
      schedule: () => () => undefined,
      warn: (message) => console.debug(message),
      maxReceivedBytes: null,
    });
    this.page = new ProposalPage(root, this.actions(), mapWidth);
  }

  start(): void {
    this.channel.on(discoveryShown, (state) => this.take(state));
    window.addEventListener('message', (event: MessageEvent<unknown>) => {
      this.channel.receive(event.data);
    });
    new ResizeObserver(() => this.measure()).observe(document.documentElement);
    this.channel.emit(discoveryReady, {});
  }

  private take(state: DiscoveryState): void {
    const before = this.state === null ? readSaved(this.vscode.getState()) : this.saved();
    const { base, draft, lost } = mergeDraft(state, before);
    const selectedKey = followSelected(before.selectedKey, before.base, base);
    const lookedAt = this.state?.look?.key ?? null;
    this.state = state;
    this.base = base;
    this.draft = draft;
    this.lost = [...before.lost, ...lost];
    this.selectedKey = selectedKey ?? keyOf(state, lookedAt) ?? firstKey(state);
    this.cursorKey = null;
    const hadFocus = document.activeElement;
    this.changed();
    // What was pressed to look is gone once that node was seen.
    if (lookedAt !== null && state.look?.key === null) {
      queueMicrotask(() => this.keepFocus(hadFocus, lookedAt));
    }
  }

  private keepFocus(hadFocus: Element | null, key: string): void {
    if (hadFocus === null || hadFocus.isConnected) return;
    const index = this.state?.nodes.findIndex((node) => node.key === key) ?? -1;
    focusOn(
      document.getElementById(fieldId('host', index)) ??
        document.getElementById(fieldId('found', index)),
    );
  }

  private actions(): ProposalActions {
    return {
      select: (key) => this.select(key),
      moveTo: (key) => {
        this.cursorKey = key;
        this.changed();
        focusOnMap(key);
      },
      enter: (key) => {
        this.select(key);
        this.draw();
        focusOn(document.getElementById('details-h'));
      },
      backToMap: (key) => focusOnMap(key),
      change: (id, change) => this.change(id, change),
      goToRow: (id) => this.goToRow(id, 'name'),
      lookAgain: (id) => this.lookAgain(id),
      write: () => this.write(),
      cancel: () => this.channel.emit(discoveryCancelled, {}),
    };
  }

  private select(key: string): void {
    this.selectedKey = key;
    this.cursorKey = key;
    this.changed();
  }

  private change(id: string, change: Partial<Omit<NodeDraft, 'id' | 'key'>>): void {
    this.draft = this.draft.map((entry) => (entry.id === id ? { ...entry, ...change } : entry));
    this.changed();
  }

  private lookAgain(id: string): void {
    const { look } = this.state ?? { look: null };
    const entry = this.draft.find((one) => one.id === id);
    if (look === null || look.key !== null || entry === undefined) return;
    const place = placeOf(entry);
    if (place === null) this.goToRow(id, entry.host.trim() === '' ? 'host' : 'port');
    else this.channel.emit(discoveryLookAgain, place);
  }

  private write(): void {
    const model = this.model();
    if (model === null || isLooking(model.state)) return;
    const [first] = model.problems;
    if (first === undefined) {
      this.channel.emit(discoveryChosen, choicesOf(model.state, model.draft));
      return;
    }
    const [id, { name, host }] = first;
    this.goToRow(id, name !== null ? 'name' : host !== null ? 'host' : 'port');
  }

  private goToRow(id: string, field: RowField): void {
    const index = this.state?.nodes.findIndex((node) => node.id === id) ?? -1;
    focusOn(document.getElementById(fieldId(field, index)));
  }

  private model() {
    const { state, draft, selectedKey, cursorKey, width, lost } = this;
    return state === null ? null : modelOf(state, draft, { selectedKey, cursorKey, width, lost });
  }

  private changed(): void {
    this.vscode.setState(this.saved());
    if (this.isDrawing) return;
    // Several changes of one turn are drawn once, before the next frame.
    this.isDrawing = true;
    queueMicrotask(() => this.draw());
  }

  private saved(): Saved {
    const { base, draft, selectedKey, lost } = this;
    return { base, draft, selectedKey, lost };
  }

  private draw(): void {
    this.isDrawing = false;
    const model = this.model();
    if (model !== null) this.page.render(model);
  }

  private measure(): void {
    const width = document.documentElement.clientWidth;
    if (width === this.width) return;
    this.width = width;
    this.changed();
  }
}

/** What needs a look most: a node with a problem, a guess, else the first. */
function firstKey({ nodes }: DiscoveryState): string | null {
  const node =
    nodes.find(({ problem }) => problem !== null) ??
    nodes.find(({ certainty }) => certainty === 'guessed') ??
    nodes[0];
  return node === undefined ? null : nodeKey(node.id);
}

function keyOf({ nodes }: DiscoveryState, key: string | null): string | null {
  const node = nodes.find((one) => one.key === key);
  return node === undefined ? null : nodeKey(node.id);
}

function focusOn(element: HTMLElement | null): void {
  element?.focus();
  if (element instanceof HTMLInputElement) element.select();
}
