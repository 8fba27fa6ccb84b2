import { CancelSource } from '../core/cancelSource';
import type { ProposalChoices } from '../core/discovery/proposal';
import type { CancelSignal } from '../core/ports/cancelSignal';
import { formatEndpoint } from '../core/endpoint';
import type { Endpoint } from '../core/failure';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import { say } from '../core/say';
import { Channel } from '../protocol/channel';
import { readChoices, readPlace } from '../protocol/discoveryDraft';
import {
  discoveryCancelled,
  discoveryChosen,
  discoveryLookAgain,
  discoveryReady,
  discoveryShown,
  type DiscoveryPlace,
} from '../protocol/discoveryMessages';
import type { DiscoveryState } from '../protocol/discoveryState';
import type { Envelope } from '../protocol/envelope';
import { HOST_MESSAGE_LIMIT_BYTES } from '../protocol/messageSize';

export interface DiscoverySessionDeps {
  readonly log: Log;
  readonly post: (message: Envelope) => void;
  /** Called when the person decided; `null`: nothing is to be written. */
  readonly decide: (choices: ProposalChoices | null) => void;
  /** Looks at a node where a person says that it is; absent: nothing can be looked at. @returns what is shown from then on */
  readonly lookAgain?: (
    nodeId: string,
    address: Endpoint,
    signal: CancelSignal,
  ) => Promise<DiscoveryState>;
}

/** The host's side of the map of a discovery or an import: shows it whole, looks at one node at a time, takes one decision. */
export class DiscoverySession implements Disposable {
  private readonly channel: Channel;
  /** The look that runs; `null`: none does. */
  private running: CancelSource | null = null;
  private readonly warn: (message: string) => void;

  constructor(
    private state: DiscoveryState,
    private readonly deps: DiscoverySessionDeps,
  ) {
    const { log, post, decide } = deps;
    const warn = (message: string) => log.warn(`Map of what was found: ${message}`);
    this.warn = warn;
    this.channel = new Channel({
      post,
      // Only requests take time, and this side makes none.
      schedule: () => () => undefined,
      warn,
      maxReceivedBytes: HOST_MESSAGE_LIMIT_BYTES,
    });
    this.channel.on(discoveryReady, () => this.channel.emit(discoveryShown, this.state));
    this.channel.on(discoveryCancelled, () => decide(null));
    this.channel.on(discoveryChosen, (message) => {
      // What is being looked at may be another node in a moment.
      const choices = this.running === null ? readChoices(this.state, message) : null;
      if (choices === null) warn(say`Dropped a choice that does not fit what was shown.`);
      else decide(choices);
    });
    this.channel.on(discoveryLookAgain, (place) => void this.lookAgain(place));
  }

  receive(message: unknown): void {
    this.channel.receive(message);
  }

  private async lookAgain(place: DiscoveryPlace): Promise<void> {
    const { lookAgain } = this.deps;
    const node = readPlace(this.state, place);
    if (lookAgain === undefined || node === null || this.running !== null) {
      this.warn(say`Dropped a look that does not fit what was shown.`);
      return;
    }
    const running = new CancelSource();
    this.running = running;
    const { host, port } = place;
    const where = formatEndpoint({ host, port });
    this.show({ ...this.state, look: { key: node.key, said: say`Look Again: ${where}` } });
    try {
      this.show(await lookAgain(node.id, { host, port }, running));
    } catch {
      const said = say`${where} was not looked at.`;
      this.warn(said);
      this.show({ ...this.state, look: { key: null, said } });
    } finally {
      this.running = null;
    }
  }

  private show(state: DiscoveryState): void {
    this.state = state;
    this.channel.emit(discoveryShown, state);
  }

  /** Gives up a look that runs. */
  dispose(): void {
    this.running?.cancel();
    this.channel.close();
  }
}
