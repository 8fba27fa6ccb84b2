import type { ProposalChoices } from '../core/discovery/proposal';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import { say } from '../core/say';
import { Channel } from '../protocol/channel';
import { readChoices } from '../protocol/discoveryDraft';
import {
  discoveryCancelled,
  discoveryChosen,
  discoveryReady,
  discoveryShown,
} from '../protocol/discoveryMessages';
import type { DiscoveryState } from '../protocol/discoveryState';
import type { Envelope } from '../protocol/envelope';
import { HOST_MESSAGE_LIMIT_BYTES } from '../protocol/messageSize';

export interface DiscoverySessionDeps {
  readonly log: Log;
  readonly post: (message: Envelope) => void;
  /** Called when the person decided; `null`: nothing is to be written. */
  readonly decide: (choices: ProposalChoices | null) => void;
}

/** The host's side of the map of a discovery or an import: shows it whole, takes one decision. */
export class DiscoverySession implements Disposable {
  private readonly channel: Channel;

  constructor(state: DiscoveryState, { log, post, decide }: DiscoverySessionDeps) {
    const warn = (message: string) => log.warn(`Map of what was found: ${message}`);
    this.channel = new Channel({
      post,
      // Only requests take time, and this side makes none.
      schedule: () => () => undefined,
      warn,
      maxReceivedBytes: HOST_MESSAGE_LIMIT_BYTES,
    });
    this.channel.on(discoveryReady, () => this.channel.emit(discoveryShown, state));
    this.channel.on(discoveryCancelled, () => decide(null));
    this.channel.on(discoveryChosen, (message) => {
      const choices = readChoices(state, message);
      if (choices === null) warn(say`Dropped a choice that does not fit what was shown.`);
      else decide(choices);
    });
  }

  receive(message: unknown): void {
    this.channel.receive(message);
  }

  dispose(): void {
    this.channel.close();
  }
}
