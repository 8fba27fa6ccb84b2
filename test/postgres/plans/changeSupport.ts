import type { Plan, PlanCondition, PlanStep } from '../../../src/core/plan/plan';
import { sqlStatement, type PlanStatement } from '../../../src/core/plan/sqlText';
import type { AuditEntry, AuditLog } from '../../../src/core/ports/auditLog';
import type { PasswordSource, TopologyNode } from '../../../src/core/topology';
import { PgChangeGateway } from '../../../src/pg/pgChangeGateway';
import type { PgNodeGateway, PgNodeGatewayOptions } from '../../../src/pg/pgNodeGateway';
import { makeGateway, nodeAt, PATIENT, testEnvironment } from '../pg/support';

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
  const gateway = makeGateway({ environment: testEnvironment(PATIENT), ...options });
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

/** A plan of these steps, as a planner would make it. */
export function planOf(...steps: readonly PlanStep[]): Plan {
  return {
    kind: 'test',
    title: 'Do something',
    topologyId: 'file:///pg-topology.json',
    topologyName: 'Test',
    environment: 'development',
    steps,
    findings: [],
    impacts: [],
    privileges: [],
    fileChanges: [],
  };
}

/** A step of these statements; by itself each, unless said otherwise. */
export function stepOn(
  nodeId: string,
  statements: readonly (string | PlanStatement)[],
  more: Partial<PlanStep> = {},
): PlanStep {
  return {
    nodeId,
    title: 'Change it',
    effect: 'It is changed.',
    risk: 'safe',
    statements: statements.map((one) => (typeof one === 'string' ? sqlStatement(one) : one)),
    isTransactional: false,
    statementLimitMs: null,
    precondition: null,
    effectCheck: null,
    settle: null,
    undo: [],
    undoNote: null,
    ...more,
  };
}

/**
 * A step that waits for a lock for longer than the two seconds of its session. Who holds it is looked up from a session of its own while
 * the step waits, which may take longer than that where others use the processor.
 */
export function lockWaitingStep(nodeId: string, sql: string): PlanStep {
  return stepOn(nodeId, [`SET LOCAL lock_timeout = '10s'`, sql], {
    isTransactional: true,
    statementLimitMs: 60_000,
  });
}

/** True when the table is there. */
export function tableExists(name: string): PlanCondition {
  return {
    sql: `SELECT to_regclass('public.${name}') IS NOT NULL`,
    otherwise: `The table ${name} is not there.`,
  };
}
