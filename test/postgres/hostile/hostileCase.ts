import type { Plan } from '../../../src/core/plan/plan';
import type { PlanContext } from '../../../src/core/plan/requests';
import type { HostileWorld } from './hostileWorld';

/** What a plan changes in the inventory. */
export interface InventoryChange {
  readonly added?: readonly string[];
  readonly removed?: readonly string[];
}

/** One place of one command into which a hostile name goes. */
export interface HostileCase {
  /** Id of the command that changes servers. */
  readonly change: string;
  /** What the name is of. */
  readonly what: string;
  readonly since?: number;
  /** Whether an object of this name can be there beforehand; by default whether a server can have the name at all. */
  readonly exists?: (name: string) => boolean;
  /** SQL for one name that is there beforehand; by default nothing is. */
  readonly prepare?: (name: string, index: number, world: HostileWorld) => Preparation;
  readonly plan: (name: string, index: number, context: PlanContext, world: HostileWorld) => Plan;
  /** What exactly becomes of it when the plan has run. */
  readonly expected: (name: string, index: number, world: HostileWorld) => InventoryChange;
  /** SQL that takes away what prepare and plan made for one name. */
  readonly tidy: (name: string, index: number, world: HostileWorld) => Preparation;
  /** Roles that the command asks about. */
  readonly asksRoles?: boolean;
}

export interface Preparation {
  readonly central?: string;
  readonly edge?: string;
}
