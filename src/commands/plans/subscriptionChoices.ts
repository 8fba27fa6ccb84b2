import {
  PARALLEL_STREAMING_VERSION,
  SUBSCRIPTION_OPTION_VERSIONS,
} from '../../core/optionVersions';
import type { NodeCatalog } from '../../core/plan/nodeCatalog';
import { slotProblem } from '../../core/plan/slotFindings';
import { say } from '../../core/say';

/** One thing about a subscription that is not as usual. */
export interface SubscriptionChoice {
  /** Unique: `streaming=parallel`. */
  readonly id: string;
  /** What two choices of the same cannot both say: `streaming`. */
  readonly about: string;
  readonly label: string;
  /** As SQL says it; empty for what is ours. */
  readonly sql: string;
  readonly set: ChosenOptions;
}

/** What choices come to. */
export interface ChosenOptions {
  readonly copyData?: boolean;
  readonly probesConnection?: boolean;
  /** Slot to attach to. */
  readonly slotName?: string;
  /** As in the file. */
  readonly options?: Readonly<Record<string, boolean | string>>;
}

/** First version whose usual streaming is another than off. */
const STREAMS_BY_DEFAULT = 180_000;

/** All that can be chosen for a subscription on this server, of slots of this publisher. */
export function subscriptionChoices(
  subscriber: NodeCatalog,
  publisher: NodeCatalog,
): readonly SubscriptionChoice[] {
  const { versionNum } = subscriber.server;
  const flag = (key: string, sql: string, label: string, value: boolean | string = true) => {
    const since =
      value === 'parallel'
        ? PARALLEL_STREAMING_VERSION
        : (SUBSCRIPTION_OPTION_VERSIONS.get(key) ?? 0);
    if (versionNum < since) return [];
    return [
      {
        id: `${key}=${String(value)}`,
        about: key,
        label,
        sql: `${sql} = ${String(value)}`,
        set: { options: { [key]: value } },
      },
    ];
  };
  const name = subscriber.nodeId;
  return [
    {
      id: 'copyData=false',
      about: 'copyData',
      label: say`Do not copy the rows that are there`,
      sql: 'copy_data = false',
      set: { copyData: false },
    },
    {
      id: 'probe',
      about: 'probe',
      label: say`Try the connection from the server of ${name} first`,
      sql: '',
      set: { probesConnection: true },
    },
    ...flag('enabled', 'enabled', say`Create it disabled`, false),
    ...flag('disableOnError', 'disable_on_error', say`Disable it when it meets an error`),
    ...flag('binary', 'binary', say`Send values in binary form`),
    ...flag('streaming', 'streaming', say`Send large transactions while they run`, 'on'),
    ...flag('streaming', 'streaming', say`Send and apply them in parallel`, 'parallel'),
    ...(versionNum < STREAMS_BY_DEFAULT
      ? []
      : flag('streaming', 'streaming', say`Send transactions when they have ended`, 'off')),
    ...flag('twoPhase', 'two_phase', say`Prepare what is prepared there`),
    ...flag('origin', 'origin', say`Take only changes made on ${publisher.nodeId} itself`, 'none'),
    ...flag('runAsOwner', 'run_as_owner', say`Apply as the owner of the subscription`),
    ...flag('passwordRequired', 'password_required', say`Let it do without a password`, false),
    ...flag('failover', 'failover', say`Keep its slot on standbys`),
    ...['on', 'local', 'remote_write', 'remote_apply'].flatMap((value) =>
      flag('synchronousCommit', 'synchronous_commit', say`Commit synchronously: ${value}`, value),
    ),
    ...publisher.slots
      .filter((slot) => slot.walStatus !== 'lost' && slotProblem(slot, publisher) === null)
      .map((slot) => ({
        id: `slot=${slot.name}`,
        about: 'slot',
        label: say`Use the slot ${slot.name} of ${publisher.nodeId}`,
        sql: 'create_slot = false',
        set: { slotName: slot.name },
      })),
  ];
}

/** Of two that speak of the same, the one that was ticked last. */
export function withoutRivals(
  ticked: readonly SubscriptionChoice[],
  before: readonly SubscriptionChoice[],
): readonly SubscriptionChoice[] {
  const isNew = ({ id }: SubscriptionChoice) => !before.some((one) => one.id === id);
  return ticked.filter(
    (choice) =>
      isNew(choice) ||
      !ticked.some(
        (rival) => rival.about === choice.about && rival.id !== choice.id && isNew(rival),
      ),
  );
}

/** All of them together. */
export function chosenOptions(choices: readonly SubscriptionChoice[]): ChosenOptions {
  return choices.reduce<ChosenOptions>(
    (all, { set }) => ({ ...all, ...set, options: { ...all.options, ...set.options } }),
    {},
  );
}
