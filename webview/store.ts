import type { DashboardPush } from '../src/protocol/dashboardMessages';
import type { DashboardState } from '../src/protocol/dashboardState';
import type { EventState } from '../src/protocol/diagnosisState';
import { type Arrangement } from './arrangement';
import type { Figure } from './text/figure';
import { findSubject, firstSubjectId } from './text/subject';

/** Which events are listed: drains count as changes. */
export type EventFilter = 'all' | 'states' | 'changes' | 'checks';

/** Everything that the page is drawn from, but for the history. */
export interface Model {
  /** `null` until the host said something. */
  readonly push: DashboardPush | null;
  readonly arrangement: Arrangement;
  /** What is typed in *Find a node*. */
  readonly find: string;
  /** What the map's tab stop is on. */
  readonly mapCursorId: string | null;
  /** Host time that ages are told for. */
  readonly nowMs: number;
  readonly width: number;
  /** Of the shown topology, oldest first. */
  readonly events: readonly EventState[];
  readonly eventFilter: EventFilter;
  readonly areAllEventsShown: boolean;
  /** Whose card was opened last. */
  readonly figure: Figure | null;
}

/** Holds the model and tells the one listener of every change. */
export class Store {
  private listener: (() => void) | null = null;

  constructor(private current: Model) {}

  get model(): Model {
    return this.current;
  }

  onChange(listener: () => void): void {
    this.listener = listener;
  }

  set(change: Partial<Model>): void {
    this.current = { ...this.current, ...change };
    this.listener?.();
  }

  arrange(change: Partial<Arrangement>): void {
    this.set({ arrangement: { ...this.current.arrangement, ...change } });
  }

  /** Takes a push; follows its focus when somebody outside asked for something new. */
  takePush(push: DashboardPush): void {
    const isNewFocus = push.focus.serial > (this.current.push?.focus.serial ?? 0);
    const topologyId = push.state?.topologyId ?? null;
    const { arrangement } = this.current;
    const isOther = topologyId !== null && topologyId !== arrangement.topologyId;
    this.set({
      push,
      nowMs: push.sentAtMs,
      arrangement: {
        ...arrangement,
        topologyId: topologyId ?? arrangement.topologyId,
        selectedId: isNewFocus ? push.focus.id : isOther ? null : arrangement.selectedId,
      },
    });
  }
}

/** What is selected, as far as the state still has it; else what is shown first. */
export function selectedIdOf(state: DashboardState, arrangement: Arrangement): string | null {
  const { selectedId } = arrangement;
  const isKnown =
    selectedId !== null &&
    (findSubject(state, selectedId) !== null ||
      state.consumers.some((consumer) => consumer.id === selectedId));
  return isKnown ? selectedId : firstSubjectId(state);
}
