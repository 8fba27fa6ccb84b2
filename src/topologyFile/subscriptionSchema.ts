import * as z from 'zod/mini';
import { say } from '../core/say';
import { documented } from './documentation';
import { durationSchema } from './quantities';

const flag = (markdown: string) => z.exactOptional(documented(z.boolean(), markdown));

/** What a check expects of an edge. */
export const expectSchema = z.object({
  arrivesWithin: z.exactOptional(
    documented(
      durationSchema,
      'A change is expected to arrive within this time, such as `1s`; a check that takes longer fails.',
      { examples: ['1s'] },
    ),
  ),
});

/** One entry of a node's `subscriptions`. */
export const subscriptionSchema = documented(
  z.object({
    publisher: documented(z.string(), 'Name of the node in this file that publishes.'),
    publications: documented(
      z.array(z.string()).check(z.minLength(1, say`Expected at least one publication.`)),
      'Names of the publications on the publisher.',
    ),
    connection: z.exactOptional(
      documented(
        z.string(),
        'How **this node’s server** reaches the publisher, as text. Files named in it are files of that server. Default: host, port and database of the publisher. Holds no password.',
        { examples: ['host=db.internal user=replication_user'] },
      ),
    ),
    slotName: z.exactOptional(
      documented(z.string(), 'Slot on the publisher. Default: the name of the subscription.'),
    ),
    enabled: flag('Whether the subscription runs. Default: `true`.'),
    createSlot: flag('Whether the slot is created with the subscription. Default: `true`.'),
    copyData: flag('Whether rows that are there already are copied first. Default: `true`.'),
    binary: flag('Whether data travels in binary form. Default: `false`.'),
    streaming: z.exactOptional(
      documented(
        z.union(
          [z.boolean(), z.enum(['on', 'off', 'parallel'])],
          say`Expected true, false or "parallel".`,
        ),
        'Whether large transactions are sent before they commit. `parallel` needs Postgres 16 and is the default from 18 on.',
      ),
    ),
    synchronousCommit: z.exactOptional(
      documented(
        z.enum(
          ['on', 'off', 'local', 'remote_write', 'remote_apply'],
          say`Expected on, off, local, remote_write or remote_apply.`,
        ),
        'synchronous_commit of the apply worker. Default: `off`.',
      ),
    ),
    twoPhase: flag('Whether prepared transactions are sent when prepared (Postgres 15 and newer).'),
    disableOnError: flag(
      'Whether the subscription is disabled when applying fails, instead of trying for ever (Postgres 15 and newer).',
    ),
    passwordRequired: flag(
      'Whether the connection must use a password when the owner is no superuser (Postgres 16 and newer).',
    ),
    runAsOwner: flag(
      'Whether changes are applied as the subscription’s owner (Postgres 16 and newer).',
    ),
    origin: z.exactOptional(
      documented(
        z.enum(['any', 'none'], say`Expected any or none.`),
        '`none` takes only changes that the publisher did not itself receive by replication (Postgres 16 and newer).',
      ),
    ),
    failover: flag(
      'Whether the slot is kept on standbys of the publisher, ready for a failover (Postgres 17 and newer).',
    ),
    expect: z.exactOptional(documented(expectSchema, 'What checks expect of this subscription.')),
  }),
  'A subscription of this node’s database.',
  {
    defaultSnippets: [
      {
        label: 'subscription',
        body: { publisher: '${1:primary}', publications: ['${2:publication}'] },
      },
    ],
  },
);
