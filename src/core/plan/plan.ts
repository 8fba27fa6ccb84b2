import type { Environment, TableName } from '../topology';
import type { Finding } from './finding';
import type { PlanStatement } from './sqlText';

/**
 * A change of servers as data: the only way this extension changes one, apart from a check's token, a drain and a statement that a person wrote.
 * Made by the pure planners of this folder from what was read before; shown, confirmed, then run by
 * `operations/planRunner`, which executes these very statements and no others.
 */
export interface Plan {
  /** The command that made it, such as `createPublication`. */
  readonly kind: string;
  /** Finished, without a full stop: `Create publication jobs_pub on central`. */
  readonly title: string;
  readonly topologyId: string;
  readonly topologyName: string;
  readonly environment: Environment;
  /** In the order in which they run. Empty when there is nothing to do. */
  readonly steps: readonly PlanStep[];
  /** What was found wanting beforehand. A plan with an `error` among them never runs. */
  readonly findings: readonly Finding[];
  /** Subscriptions that notice: the blast radius, each with the reason. Empty: none does, as far as is known. */
  readonly impacts: readonly Impact[];
  /** Whose rights each node's steps need, as sentences: `central: jobs_owner must own public.jobs and may create in the database.` */
  readonly privileges: readonly string[];
  /** What the topology file says when the plan has run; offered, never done unasked. */
  readonly fileChanges: readonly FileChange[];
}

/**
 * `safe`: nobody else notices. `interrupts`: others wait, or replication pauses and goes on. `losesData`: something is
 * gone that nothing brings back.
 */
export type StepRisk = 'safe' | 'interrupts' | 'losesData';

/**
 * `stops`: its worker fails and goes on failing. `losesRows`: rows never arrive and nothing says so. `recopies`: tables are
 * emptied or copied again. `pauses`: nothing arrives for a while, and then all of it. `needsRefresh`: new tables do not
 * arrive before REFRESH PUBLICATION, which the plan holds or a person must do.
 */
export type ImpactKind = 'stops' | 'losesRows' | 'recopies' | 'pauses' | 'needsRefresh';

/** What a plan does to a subscription. */
export interface Impact {
  readonly kind: ImpactKind;
  /** The subscribing node; `null` when only its slot is known, by which it is named then. */
  readonly nodeId: string | null;
  readonly subscription: string;
  /** Finished sentence: why, and how it ends. */
  readonly text: string;
}

export interface PlanStep {
  readonly nodeId: string;
  /**
   * Other nodes of the file that its statements change by themselves, such as the publisher on which CREATE SUBSCRIPTION makes
   * a slot; they must not be read-only either. Absent: none.
   */
  readonly alsoChanges?: readonly string[];
  /** Imperative, without a full stop: `Create publication jobs_pub`. */
  readonly title: string;
  /** Finished sentence: what is so afterwards, and what it costs while it runs. */
  readonly effect: string;
  readonly risk: StepRisk;
  readonly statements: readonly PlanStatement[];
  /** All statements in one transaction. Some refuse that (25001) and stand alone. */
  readonly isTransactional: boolean;
  /** How long one statement may run on the server, locks included; `null`: the usual limit. */
  readonly statementLimitMs: number | null;
  /** Asked right before the step; anything but true stops the plan there. */
  readonly precondition: PlanCondition | null;
  /**
   * True once the step's effect is there. Decides when an answer was lost or timed out; `null`: nothing tells, and the
   * report says so.
   */
  readonly effectCheck: PlanCondition | null;
  /** Waited for after the statements, such as tables that become ready; the step is done when it is true. */
  readonly settle: PlanSettle | null;
  /** Statements that take the step back, on the same node, in this order. Empty: nothing needs to be, or nothing can. */
  readonly undo: readonly PlanStatement[];
  /** Finished sentence about the undo: what it cannot bring back; `null` when there is nothing to say. */
  readonly undoNote: string | null;
  /** Stands in the place of `undo` where taking back is more than statements, such as waiting once more. Absent: it is not. */
  readonly undoStep?: PlanStep;
  /** Finished sentences for when it failed: what may be left all the same, where, and how it goes away. */
  readonly leftoverNote?: string;
  /** A slot that it makes for a subscription, and may leave behind. Absent: it makes none. */
  readonly slotMade?: SlotMade;
}

/** What is waited for, and how long. */
export interface PlanSettle extends PlanCondition {
  readonly limitMs: number;
  /** The copy that it waits for, so that the wait can say how far that is. Absent: it waits for none. */
  readonly copies?: CopyWait;
}

/** First copies of one subscription on the step's node. */
export interface CopyWait {
  readonly subscription: string;
  /** What is known of their size. */
  readonly tables: readonly (TableName & {
    /** Rows that its publisher thinks it has; `null` when it does not know, or sends some of them only. */
    readonly totalRows: number | null;
  })[];
}

/** A slot on a publisher, as it is made for a subscription. */
export interface SlotMade {
  /** The publisher. */
  readonly nodeId: string;
  readonly slotName: string;
  readonly database: string;
  readonly systemIdentifier: string;
  readonly subscriberId: string;
  readonly subscription: string;
}

/** A question to the node of its step. */
export interface PlanCondition {
  /** One statement that gives one row with one boolean. */
  readonly sql: string;
  /** Finished sentence for when it is not true: what is so instead, and what to do. */
  readonly otherwise: string;
}

/** A value for the topology file. */
export interface FileChange {
  /** Keys from the root: `['nodes', 'central', 'publications', 'jobs_pub']`. */
  readonly path: readonly (string | number)[];
  /** `undefined` takes the key out. */
  readonly value: unknown;
}

/** The nodes that a plan changes, each once, in the order of its steps. */
export function nodesOfPlan(plan: Plan): readonly string[] {
  return [...new Set(plan.steps.map(({ nodeId }) => nodeId))];
}

/** Whether it may run at all: there is something to do and nothing forbids it. */
export function isRunnable(plan: Plan): boolean {
  return plan.steps.length > 0 && plan.findings.every(({ severity }) => severity !== 'error');
}
