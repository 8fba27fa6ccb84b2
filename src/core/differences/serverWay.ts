import { publicationSubject } from '../describe/publicationSubject';
import { isHolderName } from '../plan/resyncHolder';
import { say } from '../say';
import { showEscaped } from '../visibleText';
import type { Difference, DifferenceCode } from './difference';

/** Commands that end a difference on the server's side, or that begin to. */
export type WayCommand =
  | 'planChanges'
  | 'setUpEdge'
  | 'removeQueue'
  | 'promoteStandby'
  | 'alterPublication'
  | 'dropPublication'
  | 'dropSubscription'
  | 'resolveSubscription'
  | 'dropSlot'
  | 'acceptServer'
  | 'choosePrimary';

export interface WayStep {
  readonly command: WayCommand;
  /** As a quick fix says it. */
  readonly title: string;
  /** What the command is given; a node, a publication, an edge or a slot. */
  readonly subject: string;
}

/** How a server becomes what the file says: by commands, each with a plan that is shown first, or by hand. */
export interface ServerWay {
  readonly steps: readonly WayStep[];
  /** Finished sentences: what to do, and why no command does all of it; `null` where the commands do. */
  readonly advice: string | null;
}

/** Every difference has one: what no command can do safely is said. */
export function serverWay(difference: Difference): ServerWay {
  const { steps, advice } = WAYS[difference.code](difference);
  return { steps, advice: advice === null ? null : showEscaped(advice) };
}

type Way = (difference: Difference) => ServerWay;

const byPlan: Way = ({ nodeId }) =>
  only({ command: 'planChanges', title: say`Make the server so: Plan Changes…`, subject: nodeId });

const onNode =
  (command: WayCommand, title: string): Way =>
  ({ nodeId }) =>
    only({ command, title, subject: nodeId });

const onPublication =
  (command: 'alterPublication' | 'dropPublication', title: string): Way =>
  (difference) =>
    only({ command, title, subject: publicationSubject(difference.nodeId, nameOf(difference)) });

const dropsSubscription: Way = (difference) => only(dropSubscription(difference));

const WAYS: Readonly<Record<DifferenceCode, Way>> = {
  role: roleWay,
  upstream: ({ nodeId, declared }) =>
    byHand(
      say`On ${nodeId}, set primary_conninfo to what the file says, ${declared ?? say`its upstream`} (ALTER SYSTEM, then SELECT pg_reload_conf()), with a slot there in primary_slot_name. No command does it: the setting holds a password, and a standby that follows a server of another timeline has to be cloned anew.`,
    ),
  missingPublication: byPlan,
  extraPublication: (difference) =>
    isHolderName(nameOf(difference))
      ? byHand(
          say`Let the resync end, or go on with it by Resync Table…, which takes ${nameOf(difference)} away itself. No command drops it: how its table was published stands nowhere else.`,
        )
      : onPublication('dropPublication', say`Make the server so: Drop Publication…`)(difference),
  allTables: (difference) => ({
    ...onPublication('dropPublication', say`Make the server so: Drop Publication…`)(difference),
    advice: say`Drop Publication…, then Plan Changes… makes ${nameOf(difference)} anew. No plan does both: what its subscriptions miss in between only a person can answer for.`,
  }),
  missingSchema: byPlan,
  extraSchema: onPublication('alterPublication', say`Make the server so: Alter Publication…`),
  missingTable: byPlan,
  extraTable: onPublication('alterPublication', say`Make the server so: Alter Publication…`),
  columns: byPlan,
  rowFilter: byPlan,
  publicationOption: byPlan,
  missingSubscription: byPlan,
  extraSubscription: dropsSubscription,
  subscribedPublications: byPlan,
  enabled: (difference) =>
    difference.byPlan
      ? byPlan(difference)
      : only({
          command: 'resolveSubscription',
          title: say`Resolve Stopped Subscription…`,
          subject: subscriptionSubject(difference),
        }),
  subscriptionOption: (difference) =>
    difference.byPlan
      ? byPlan(difference)
      : {
          steps: [dropSubscription(difference)],
          advice: say`Drop Subscription…, then Plan Changes… makes ${nameOf(difference)} anew. No command changes it as it is: before version 18 Postgres sets two_phase only when a subscription is made.`,
        },
  slotName: slotNameWay,
  missingSlot: missingSlotWay,
  extraSlot: ({ nodeId, subject }) =>
    only({
      command: 'dropSlot',
      title: say`Make the server so: Drop Slot…`,
      subject: `slot/${nodeId}/${subject.kind === 'slot' ? subject.name : ''}`,
    }),
  otherSystem: onNode('acceptServer', say`Accept Server…`),
  sameNode: ({ nodeId }) =>
    byHand(
      say`Correct the connection of one of the two, or take ${nodeId} out of the file. There is nothing to change on the server.`,
    ),
  splitBrain: onNode('choosePrimary', say`Choose Primary…`),
  missingQueue: byPlan,
  extraQueue: ({ nodeId }) => ({
    steps: [
      { command: 'removeQueue', title: say`Make the server so: Remove Queue…`, subject: nodeId },
      { command: 'setUpEdge', title: say`Write it into the file: Set Up Edge…`, subject: nodeId },
    ],
    advice: null,
  }),
  queueShape: (difference) =>
    difference.byPlan
      ? byPlan(difference)
      : byHand(
          say`Rename that table on ${difference.nodeId}, or name another one as "table" of "pendingSync". No command changes it: what is in it is not known.`,
        ),
  missingCapture: byPlan,
  extraCapture: ({ nodeId }) => ({
    ...only({
      command: 'planChanges',
      title: say`Make the server so: Plan Changes…, dropping what the file does not mention`,
      subject: nodeId,
    }),
    advice: say`Plan Changes… ends it only where it is told to drop what the file does not mention. What is queued by then stays queued.`,
  }),
  doubleCapture: byPlan,
  missingGuard: byPlan,
  missingLedger: byPlan,
  // The plan makes a role without a password; the dialog asks for one.
  missingDrainUser: ({ nodeId }) => ({
    steps: [
      { command: 'setUpEdge', title: say`Make the server so: Set Up Edge…`, subject: nodeId },
      {
        command: 'planChanges',
        title: say`Make the server so: Plan Changes…, without a password`,
        subject: nodeId,
      },
    ],
    advice: null,
  }),
};

function roleWay({ nodeId, declared, live }: Difference): ServerWay {
  if (live !== 'primary') {
    return only({
      command: 'promoteStandby',
      title: say`Make the server so: Promote…`,
      subject: nodeId,
    });
  }
  return byHand(
    say`Stop ${nodeId}, bring it back to its upstream's history by pg_rewind or clone it anew by pg_basebackup, and start it with standby.signal and primary_conninfo, so that it is ${declared ?? say`a standby`}. No statement makes a running primary a standby: what it wrote by itself is lost by that.`,
  );
}

function slotNameWay(difference: Difference): ServerWay {
  const { nodeId, subject, declared } = difference;
  const wanted = declared ?? say`the slot of the file`;
  if (subject.kind !== 'subscription') {
    return byHand(
      say`On ${nodeId}, set primary_slot_name to what the file says, ${wanted} (ALTER SYSTEM, then SELECT pg_reload_conf()); Plan Changes… makes the slot on its upstream. No command sets it: the tools that run a standby write that setting, too.`,
    );
  }
  return {
    steps: [dropSubscription(difference)],
    advice: say`Drop Subscription…, then Plan Changes… makes ${subject.name} anew with ${wanted}. No command changes the slot as it is: another one stands at another place, so rows would be missing or come twice.`,
  };
}

function missingSlotWay(difference: Difference): ServerWay {
  const { nodeId, path, subject, byPlan: isPlanned } = difference;
  const slot = subject.kind === 'slot' ? subject.name : '';
  if (isPlanned) return byPlan(difference);
  if (path[0] === 'consumers') {
    return byHand(
      say`Let what reads slot ${slot} make it anew. No command does: what it missed by then only its reader knows how to fetch.`,
    );
  }
  return {
    steps: [dropSubscription(difference)],
    advice: say`Drop Subscription…, then Plan Changes… makes ${subscriptionOf(difference)} on ${nodeId} anew, with a slot and a copy of its tables. A slot alone would be no help: it begins now, and rows written since the old one was lost would be missing in silence.`,
  };
}

function only(step: WayStep): ServerWay {
  return { steps: [step], advice: null };
}

function byHand(advice: string): ServerWay {
  return { steps: [], advice };
}

function dropSubscription(difference: Difference): WayStep {
  return {
    command: 'dropSubscription',
    title: say`Make the server so: Drop Subscription…`,
    subject: subscriptionSubject(difference),
  };
}

function subscriptionSubject(difference: Difference): string {
  return `logical/${difference.nodeId}/${subscriptionOf(difference)}`;
}

function nameOf({ subject }: Difference): string {
  return subject.kind === 'node' ? '' : subject.name;
}

/** Of a slot it stands in the path: `nodes/edge/subscriptions/jobs_sub/slotName`. */
function subscriptionOf({ subject, path }: Difference): string {
  if (subject.kind === 'subscription') return subject.name;
  return typeof path[3] === 'string' ? path[3] : '';
}
