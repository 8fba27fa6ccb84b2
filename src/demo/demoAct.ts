import { say } from '../core/say';
/** What the user can do to the demo, beside draining its queue, which is a command of its own. */
export type DemoAct =
  | 'pauseStandby'
  | 'resumeStandby'
  | 'stopPrimary'
  | 'startPrimary'
  | 'blockApply'
  | 'unblockApply';

/** What is out of order, because the user wanted to see it. */
export interface DemoFaults {
  readonly isStandbyPaused: boolean;
  readonly isPrimaryStopped: boolean;
  readonly isApplyBlocked: boolean;
}

export const NO_FAULTS: DemoFaults = {
  isStandbyPaused: false,
  isPrimaryStopped: false,
  isApplyBlocked: false,
};

/** One line of the list of what can be done. */
export interface DemoChoice {
  readonly act: DemoAct | 'drainQueue' | 'stopDemo';
  readonly label: string;
  /** What to look at, one sentence. */
  readonly detail: string;
}

/** What can be done now: each fault, or what mends it again. */
export function demoChoices(faults: DemoFaults): readonly DemoChoice[] {
  return [
    faults.isStandbyPaused
      ? choice(
          'resumeStandby',
          say`Resume Standby`,
          say`central-read replays what it has received, and its lag falls back to nothing.`,
        )
      : choice(
          'pauseStandby',
          say`Pause Standby`,
          say`Look at the lag of central-read: it receives all WAL and replays none of it, so the bytes that it is behind climb.`,
        ),
    faults.isPrimaryStopped
      ? choice(
          'startPrimary',
          say`Start Primary`,
          say`central comes back; standby and subscriptions find it by themselves, and the orders go on.`,
        )
      : choice(
          'stopPrimary',
          say`Stop Primary`,
          say`Look at who is cut off: central turns red, the three others say since when they hear nothing from it.`,
        ),
    faults.isApplyBlocked
      ? choice(
          'unblockApply',
          say`Unblock Apply`,
          say`The lock is gone: reports applies what waited, and the lag of reports_sub falls.`,
        )
      : choice(
          'blockApply',
          say`Block Apply`,
          say`Look at reports_sub: a session holds a lock on orders, and Explain… names it with its statement.`,
        ),
    choice(
      'drainQueue',
      say`Drain Queue…`,
      say`A dry run says what becomes of the 12 writes that shop made while it was alone: one is a conflict, and waits for you.`,
    ),
    choice('stopDemo', say`Stop Demo`, say`Ends the four servers and deletes their folder.`),
  ];
}

function choice(act: DemoChoice['act'], label: string, detail: string): DemoChoice {
  return { act, label, detail };
}

const UNDO: Readonly<Partial<Record<DemoAct, DemoAct>>> = {
  pauseStandby: 'resumeStandby',
  stopPrimary: 'startPrimary',
  blockApply: 'unblockApply',
};

/** What mends a fault again, as the list names it; `null` for what mends by itself. */
export function undoOf(act: DemoAct): { readonly act: DemoAct; readonly label: string } | null {
  const undo = UNDO[act];
  const all = { isStandbyPaused: true, isPrimaryStopped: true, isApplyBlocked: true };
  const found = demoChoices(all).find((candidate) => candidate.act === undo);
  return undo === undefined || found === undefined ? null : { act: undo, label: found.label };
}
