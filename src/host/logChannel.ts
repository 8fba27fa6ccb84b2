import type { LogOutputChannel } from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';

/** The log as the user sees it: a VS Code output channel with levels. Every line passes the redactor first. */
export class LogChannel implements Log, Disposable {
  constructor(
    private readonly channel: LogOutputChannel,
    private readonly redact: (text: string) => string,
  ) {}

  debug(message: string): void {
    this.channel.debug(this.redact(message));
  }

  info(message: string): void {
    this.channel.info(this.redact(message));
  }

  warn(message: string): void {
    this.channel.warn(this.redact(message));
  }

  error(message: string): void {
    this.channel.error(this.redact(message));
  }

  /** Brings the log to the front without taking the focus. */
  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }
}
