import type { AuditEntry, AuditLog } from '../../../src/core/ports/auditLog';
import type { PasswordSource, TopologyNode } from '../../../src/core/topology';
import { PgChangeGateway } from '../../../src/pg/pgChangeGateway';
import type { PgNodeGateway, PgNodeGatewayOptions } from '../../../src/pg/pgNodeGateway';
import { makeGateway, nodeAt } from '../pg/support';

/** Keeps what was written down. */
export class MemoryAudit implements AuditLog {
  readonly entries: AuditEntry[] = [];
  readonly notes: string[] = [];

  statement(entry: AuditEntry): void {
    this.entries.push(entry);
  }

  note(text: string): void {
    this.notes.push(text);
  }

  /** `node as user: statement -> outcome`, durations left out. */
  get lines(): readonly string[] {
    return this.entries.map(
      ({ nodeId, user, sql, outcome }) =>
        `${nodeId} as ${user}: ${sql} -> ${outcome.replace(/\d+ ms/, 'n ms')}`,
    );
  }
}

/** Both gateways over one dialer, as the extension has them. */
export function makeGateways(options: Partial<PgNodeGatewayOptions> = {}): {
  readonly gateway: PgNodeGateway;
  readonly changes: PgChangeGateway;
} {
  const gateway = makeGateway(options);
  return { gateway, changes: new PgChangeGateway(gateway.dialer) };
}

/** A node whose changes run as another role. */
export function administered(
  target: { readonly port: number },
  adminUser: string | null,
  options: {
    readonly id?: string;
    readonly params?: Readonly<Record<string, string>>;
    readonly passwordSource?: PasswordSource;
  } = {},
): TopologyNode {
  return { ...nodeAt(target, options), adminUser };
}
