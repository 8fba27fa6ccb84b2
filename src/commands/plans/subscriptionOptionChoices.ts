import { say } from '../../core/say';
/** An option of a subscription as it is offered to be changed. */
export interface OptionChoice {
  /** Its name in the file. */
  readonly key: string;
  /** Finished sentence about what it does. */
  readonly detail: string;
  readonly values: readonly (boolean | string)[];
}

const ON_OFF = [true, false] as const;

/** Those that can be changed after a subscription was made, in the order in which they are asked for. */
export const SUBSCRIPTION_OPTIONS: readonly OptionChoice[] = [
  {
    key: 'disableOnError',
    detail: say`Disable the subscription when applying fails, instead of trying for ever.`,
    values: ON_OFF,
  },
  {
    key: 'streaming',
    detail: say`Send large transactions before they commit.`,
    values: [true, false, 'parallel'],
  },
  { key: 'binary', detail: say`Send values in binary form.`, values: ON_OFF },
  {
    key: 'synchronousCommit',
    detail: say`synchronous_commit of the apply worker.`,
    values: ['off', 'local', 'remote_write', 'on', 'remote_apply'],
  },
  {
    key: 'origin',
    detail: say`none: take only what was written on the publisher itself.`,
    values: ['any', 'none'],
  },
  {
    key: 'runAsOwner',
    detail: say`Apply changes as the owner of the subscription, not of each table.`,
    values: ON_OFF,
  },
  {
    key: 'passwordRequired',
    detail: say`Whether the connection of an owner who is no superuser must use a password.`,
    values: ON_OFF,
  },
  {
    key: 'failover',
    detail: say`Keep the slot on standbys of the publisher. It is disabled meanwhile.`,
    values: ON_OFF,
  },
  {
    key: 'twoPhase',
    detail: say`Send prepared transactions when they are prepared. It is disabled meanwhile.`,
    values: ON_OFF,
  },
];
