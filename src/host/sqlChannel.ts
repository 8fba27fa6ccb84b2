import type { OutputChannel } from 'vscode';
import { formatClock } from '../core/format';
import type { AuditEntry, AuditLog } from '../core/ports/auditLog';
import type { Disposable } from '../core/ports/disposable';
import { say } from '../core/say';

/** The audit log as the user sees it: an output channel in SQL, where everything that is no statement is a comment. */
export class SqlChannel implements AuditLog, Disposable {
  constructor(
    private readonly channel: OutputChannel,
    private readonly redact: (text: string) => string,
    private readonly nowMs: () => number,
  ) {}

  statement({ atMs, nodeId, user, sql, outcome }: AuditEntry): void {
    this.#append(
      `${comment(say`${formatClock(atMs)} ${nodeId} as ${user}`)}\n${sql};\n${comment(outcome)}`,
    );
  }

  note(text: string): void {
    this.#append(comment(`${formatClock(this.nowMs())} ${text}`));
  }

  /** Brings it to the front without taking the focus. */
  show(): void {
    this.channel.show(true);
  }

  dispose(): void {
    this.channel.dispose();
  }

  #append(text: string): void {
    this.channel.appendLine(`${this.redact(text)}\n`);
  }
}

/** A line break in a name or in a server's words must not begin a statement. */
function comment(text: string): string {
  return `-- ${text.replaceAll(/\r\n|[\r\n\u2028\u2029]/gu, '\n-- ')}`;
}
