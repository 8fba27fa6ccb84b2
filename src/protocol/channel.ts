import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';
import type { Disposable } from '../core/ports/disposable';
import { CancelSource } from '../core/cancelSource';
import { say } from '../core/say';
import { ChannelError, isChannelError } from './channelError';
import { ENVELOPE, type Envelope } from './envelope';
import { isWithinSize } from './messageSize';
import type { EventSpec, RequestSpec } from './schema';

export interface ChannelOptions {
  /** Hands one JSON value to the other side. May drop it: a hidden webview hears nothing. */
  readonly post: (message: Envelope) => void;
  readonly schedule: Clock['schedule'];
  /** Told of what was dropped, by name and never with its content. */
  readonly warn: (message: string) => void;
  /** What `receive` looks at; `null` takes any size. */
  readonly maxReceivedBytes: number | null;
}

export interface RequestOptions {
  readonly timeoutMs?: number;
  readonly signal?: CancelSignal;
}

type Incoming = (payload: unknown) => void;
type Handler = (payload: unknown, signal: CancelSignal) => Promise<unknown>;
interface Waiting {
  readonly name: string;
  settle(outcome: { readonly value: unknown } | { readonly error: ChannelError }): void;
}

const DEFAULT_TIMEOUT_MS = 10_000;

/**
 * Events, requests and answers over a pipe that carries JSON values and may lose them. The same class serves host and
 * dashboard. Whatever does not parse is dropped and named in the log; every request ends, with an answer or a
 * `ChannelError`.
 */
export class Channel {
  private readonly listeners = new Map<string, Incoming>();
  private readonly handlers = new Map<string, Handler>();
  private readonly waiting = new Map<number, Waiting>();
  private readonly running = new Map<number, CancelSource>();
  private lastId = 0;
  private isClosed = false;

  constructor(private readonly options: ChannelOptions) {}

  /** Takes one event by name. A second listener of the same name replaces the first. */
  on<T>(event: EventSpec<T>, listener: (payload: T) => void): Disposable {
    const incoming: Incoming = (payload) => {
      const parsed = event.payload.safeParse(payload);
      if (parsed.success) listener(parsed.data);
      else this.options.warn(say`Dropped message "${event.name}": its content is not as declared.`);
    };
    this.listeners.set(event.name, incoming);
    return { dispose: () => void this.listeners.delete(event.name) };
  }

  /** Answers one request by name. The signal is raised when the asker gave up or the channel closed. */
  handle<T, A>(
    request: RequestSpec<T, A>,
    answer: (payload: T, signal: CancelSignal) => Promise<A> | A,
  ): Disposable {
    this.handlers.set(request.name, async (payload, signal) => {
      const parsed = request.payload.safeParse(payload);
      if (!parsed.success) {
        throw new ChannelError('invalid', say`Request "${request.name}" is not as declared.`);
      }
      return answer(parsed.data, signal);
    });
    return { dispose: () => void this.handlers.delete(request.name) };
  }

  emit<T>(event: EventSpec<T>, payload: T): void {
    if (!this.isClosed) this.options.post({ kind: 'event', name: event.name, payload });
  }

  /** @throws ChannelError for every end but an answer. */
  request<T, A>(request: RequestSpec<T, A>, payload: T, options: RequestOptions = {}): Promise<A> {
    const { name } = request;
    if (this.isClosed) return Promise.reject(closed(name));
    if (options.signal?.aborted === true) return Promise.reject(cancelled(name));
    this.lastId += 1;
    const id = this.lastId;
    return new Promise<A>((resolve, reject) => {
      const giveUp = (error: ChannelError) => {
        this.options.post({ kind: 'cancel', id });
        this.waiting.get(id)?.settle({ error });
      };
      const onAbort = () => giveUp(cancelled(name));
      const timeoutMs = options.timeoutMs ?? DEFAULT_TIMEOUT_MS;
      const stopTimer = this.options.schedule(timeoutMs, () =>
        giveUp(new ChannelError('timeout', say`No answer to "${name}" within ${timeoutMs} ms.`)),
      );
      options.signal?.addEventListener('abort', onAbort);
      this.waiting.set(id, {
        name,
        settle: (outcome) => {
          this.waiting.delete(id);
          stopTimer();
          options.signal?.removeEventListener('abort', onAbort);
          if ('error' in outcome) {
            reject(outcome.error);
            return;
          }
          const parsed = request.answer.safeParse(outcome.value);
          if (parsed.success) resolve(parsed.data);
          else reject(new ChannelError('invalid', say`Answer to "${name}" is not as declared.`));
        },
      });
      this.options.post({ kind: 'request', id, name, payload });
    });
  }

  /** Takes what the pipe delivered. Never throws, whatever it is. */
  receive(raw: unknown): void {
    if (this.isClosed) return;
    const { maxReceivedBytes, warn } = this.options;
    if (maxReceivedBytes !== null && !isWithinSize(raw, maxReceivedBytes)) {
      warn(say`Dropped a message of more than ${maxReceivedBytes} bytes.`);
      return;
    }
    const parsed = ENVELOPE.safeParse(raw);
    if (!parsed.success) {
      warn(say`Dropped a message that is none of ours.`);
      return;
    }
    this.dispatch(parsed.data);
  }

  /** Ends every open request on both sides; nothing is sent or heard after it. */
  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    for (const entry of [...this.waiting.values()]) entry.settle({ error: closed(entry.name) });
    for (const source of this.running.values()) source.cancel();
    this.running.clear();
    this.listeners.clear();
    this.handlers.clear();
  }

  private dispatch(envelope: Envelope): void {
    switch (envelope.kind) {
      case 'event': {
        this.deliver(envelope.name, envelope.payload);
        return;
      }
      case 'request':
        return void this.answer(envelope.id, envelope.name, envelope.payload);
      case 'answer':
        return this.waiting.get(envelope.id)?.settle({ value: envelope.payload });
      case 'error':
        return this.waiting
          .get(envelope.id)
          ?.settle({ error: new ChannelError(envelope.reason, envelope.message) });
      case 'cancel':
        this.running.get(envelope.id)?.cancel();
    }
  }

  private deliver(name: string, payload: unknown): void {
    const listener = this.listeners.get(name);
    if (listener === undefined) {
      this.options.warn(say`Dropped message ${JSON.stringify(name)}: nobody knows it.`);
      return;
    }
    try {
      listener(payload);
    } catch (error) {
      this.options.warn(say`Message "${name}" failed: ${textOf(error)}`);
    }
  }

  private async answer(id: number, name: string, payload: unknown): Promise<void> {
    const handler = this.handlers.get(name);
    if (handler === undefined) {
      this.options.warn(say`Refused request ${JSON.stringify(name)}: nobody knows it.`);
      this.options.post({ kind: 'error', id, reason: 'unknown', message: say`No such request.` });
      return;
    }
    const source = new CancelSource();
    this.running.set(id, source);
    try {
      const value = await handler(payload, source);
      this.reply(source, { kind: 'answer', id, payload: value });
    } catch (error) {
      this.options.warn(say`Request "${name}" failed: ${textOf(error)}`);
      const reason = isChannelError(error) ? error.reason : 'failed';
      this.reply(source, { kind: 'error', id, reason, message: say`Request "${name}" failed.` });
    } finally {
      this.running.delete(id);
    }
  }

  private reply(source: CancelSource, envelope: Envelope): void {
    if (!this.isClosed && !source.aborted) this.options.post(envelope);
  }
}

function closed(name: string): ChannelError {
  return new ChannelError('closed', say`The dashboard was closed before "${name}" was answered.`);
}

function cancelled(name: string): ChannelError {
  return new ChannelError('cancelled', say`"${name}" was cancelled.`);
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : say`not an error object`;
}
