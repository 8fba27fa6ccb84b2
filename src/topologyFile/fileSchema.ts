import * as z from 'zod/mini';
import { say } from '../core/say';
import { connectionSchema } from './connectionSchema';
import { documented } from './documentation';
import { publicationSchema, tableNameSchema } from './publicationSchema';
import { durationSchema, sizeSchema } from './quantities';
import { fileSnippets, nodeSnippets } from './snippets';
import { expectSchema, subscriptionSchema } from './subscriptionSchema';

const PASSWORD_SOURCE = say`Expected auto, secret, pgpass, prompt or env:NAME.`;

const passwordSourceSchema = documented(
  z.union(
    [
      z.enum(['auto', 'secret', 'pgpass', 'prompt']),
      z.string().check(z.regex(/^env:[^\s=]+$/, PASSWORD_SOURCE)),
    ],
    PASSWORD_SOURCE,
  ),
  'Where the password comes from. `auto` (default) looks in VS Code’s secret storage, then `PGPASSWORD`, then the password file; `secret` is the secret storage alone, `pgpass` the password file, `prompt` asks, `env:NAME` reads a variable of the environment.',
  { examples: ['auto', 'env:CENTRAL_PASSWORD'], default: 'auto' },
);

const accessSchema = documented(
  z.enum(['readOnly'], say`Expected readOnly.`),
  '`readOnly`: nothing is ever changed there.',
);

const queueSchema = documented(
  z.object({
    primary: documented(z.string(), 'Name of the node that queued writes are replayed on.'),
    table: z.exactOptional(
      documented(tableNameSchema, 'The queue table. Default: `pgtopology.pending_sync`.', {
        default: 'pgtopology.pending_sync',
      }),
    ),
    capture: z.exactOptional(
      documented(
        z.enum(['trigger', 'application'], say`Expected trigger or application.`),
        'Who fills the queue: triggers of this extension, or the application itself. Never both.',
        {
          enumDescriptions: [
            'Triggers of this extension (default).',
            'The application inserts into the queue itself.',
          ],
        },
      ),
    ),
    tables: z.exactOptional(
      documented(
        z.record(
          z.string(),
          z.enum(
            ['primary-wins', 'newest-wins', 'merge', 'edge-wins', 'manual'],
            say`Expected primary-wins, newest-wins, merge, edge-wins or manual.`,
          ),
        ),
        'Tables whose writes are queued, each with what happens when the row was changed on the primary as well.',
        { defaultSnippets: [{ label: 'table', body: { '${1:public.table}': 'primary-wins' } }] },
      ),
    ),
    drainUser: z.exactOptional(
      documented(z.string(), 'Role that replays the queue. Default: `adminUser`.'),
    ),
  }),
  'A queue of writes made while the primary was out of reach. Makes this node an edge.',
);

const nodeSchema = documented(
  z.object({
    connection: connectionSchema,
    adminUser: z.exactOptional(
      documented(z.string(), 'Role that changes run as. Default: the user of `connection`.', {
        examples: ['postgres'],
      }),
    ),
    passwordSource: z.exactOptional(passwordSourceSchema),
    standbyOf: z.exactOptional(
      documented(
        z.string(),
        'Name of the node whose WAL this one replays. Any node will do, so cascades work.',
      ),
    ),
    slot: z.exactOptional(
      documented(z.string(), 'Physical replication slot that this standby uses on its upstream.'),
    ),
    publications: z.exactOptional(
      documented(
        z.record(z.string(), publicationSchema),
        'Publications of this node’s database, by name.',
      ),
    ),
    subscriptions: z.exactOptional(
      documented(
        z.record(z.string(), subscriptionSchema),
        'Subscriptions of this node’s database, by name.',
        {
          defaultSnippets: [
            {
              label: 'subscription',
              body: {
                '${1:name_sub}': { publisher: '${2:primary}', publications: ['${3:name_pub}'] },
              },
            },
          ],
        },
      ),
    ),
    pendingSync: z.exactOptional(queueSchema),
    expect: z.exactOptional(
      documented(expectSchema, 'What checks expect of this standby, which needs `standbyOf`.'),
    ),
    access: z.exactOptional(accessSchema),
    allowLanguageModels: z.exactOptional(
      documented(
        z.boolean(),
        '`false`: the tools for language models tell nothing of this node, and nothing that other nodes know of it. Default: `true`.',
        { default: true },
      ),
    ),
  }),
  'A server as seen through one database.',
  { defaultSnippets: nodeSnippets },
);

const consumerSchema = documented(
  z.object({
    node: documented(z.string(), 'Name of the node that has the slot.'),
    slot: documented(z.string(), 'The slot it reads.'),
  }),
  'Something that reads a replication slot but is no Postgres.',
);

const depthSchema = z
  .int(say`Expected a whole number of queued writes.`)
  .check(z.gte(0, say`Expected a whole number of queued writes, 0 or more.`));

const thresholdsSchema = documented(
  z.object({
    lag: z.exactOptional(
      documented(
        z.object({
          warning: z.exactOptional(documented(durationSchema, 'Default: `5s`.')),
          critical: z.exactOptional(documented(durationSchema, 'Default: `30s`.')),
        }),
        'Replication lag from which an edge is marked.',
      ),
    ),
    queueDepth: z.exactOptional(
      documented(
        z.object({
          warning: z.exactOptional(documented(depthSchema, 'Default: `100`.')),
          critical: z.exactOptional(documented(depthSchema, 'Default: `10000`.')),
        }),
        'Number of queued writes from which a queue is marked.',
      ),
    ),
    retainedWal: z.exactOptional(
      documented(
        z.union(
          [
            sizeSchema,
            z.object({
              warning: z.exactOptional(documented(sizeSchema, 'The slot is marked from here on.')),
              critical: z.exactOptional(documented(sizeSchema, 'Used where `warning` is missing.')),
            }),
          ],
          say`Expected a size with its unit, such as "8GB".`,
        ),
        'WAL that one slot may keep before it is marked, such as `8GB`. A server does not tell how large its disk is, and without `max_slot_wal_keep_size` a slot fills it: name a size that leaves you time. How long it takes to get there is shown on the slot.',
        { examples: ['8GB'] },
      ),
    ),
  }),
  'From which values things are marked.',
);

const poolSchema = z
  .int(say`Expected a whole number of connections.`)
  .check(z.gte(1, say`Expected a whole number of connections, 1 or more.`));

const poolsSchema = documented(
  z.object({
    writes: z.exactOptional(
      documented(poolSchema, 'Connections that are opened for writes at most, to the primary.'),
    ),
    reads: z.exactOptional(
      documented(
        poolSchema,
        'Connections that are opened for reads at most. Where `reads` names several nodes, all of them may go to any one.',
      ),
    ),
  }),
  'How many connections the application opens at most, all of its processes together: size and overflow of each pool, times the processes. A server that allows fewer is marked, with how many are in use there.',
  { examples: [{ writes: 20, reads: 50 }] },
);

const routingSchema = documented(
  z.object({
    reads: documented(
      z
        .array(z.string(), say`Expected a list of nodes, the first choice first.`)
        .check(z.minLength(1, say`Expected at least one node.`)),
      'Nodes that reads may go to, the first choice first. Name the primary as well where reads may fall back to it.',
      { examples: [['replica', 'primary']] },
    ),
    maxLag: z.exactOptional(
      documented(
        durationSchema,
        'A standby further behind gets no reads, nor does one of which that is not known. Without it lag is shown, and decides nothing.',
        { examples: ['5s'] },
      ),
    ),
    pools: z.exactOptional(poolsSchema),
  }),
  'Where the application sends its reads. Writes go to the primary. Shown and checked; no connection of the application passes through here.',
  {
    defaultSnippets: [
      {
        label: 'routing',
        body: { reads: ['${1:replica}', '${2:primary}'], maxLag: '${3:5s}' },
      },
    ],
  },
);

/** The whole file. Unknown keys are let through here; they are warnings of our own, with a suggestion. */
export const topologyFileSchema = documented(
  z.object(
    {
      $schema: z.exactOptional(z.string()),
      name: z.exactOptional(documented(z.string(), 'Name of the topology, for people.')),
      environment: z.exactOptional(
        documented(
          z.enum(
            ['development', 'staging', 'production'],
            say`Expected development, staging or production.`,
          ),
          'Which guard rails apply.',
          {
            default: 'development',
            enumDescriptions: [
              'No guard rails (default).',
              'Only labelled.',
              'Labelled in red; a name is typed before each change, and TLS is needed.',
            ],
          },
        ),
      ),
      access: z.exactOptional(accessSchema),
      nodes: documented(
        z.record(z.string(), nodeSchema, say`Expected an object of nodes, by name.`),
        'The servers, by a name of your choice. Roles are derived: `standbyOf` makes a standby, `subscriptions` a subscriber, `pendingSync` an edge.',
      ),
      consumers: z.exactOptional(
        documented(
          z.record(z.string(), consumerSchema),
          'What reads a replication slot but is no Postgres, by name.',
        ),
      ),
      thresholds: z.exactOptional(thresholdsSchema),
      routing: z.exactOptional(routingSchema),
    },
    say`Expected an object with "nodes".`,
  ),
  'A replicated Postgres: its nodes, publications, subscriptions and queues. Holds no secrets.',
  { defaultSnippets: fileSnippets },
);

/** The file's content once its types are right. */
export type TopologyFile = z.infer<typeof topologyFileSchema>;
export type FileNode = TopologyFile['nodes'][string];
export type FilePublication = z.infer<typeof publicationSchema>;
export type FileSubscription = z.infer<typeof subscriptionSchema>;
export type FileQueue = z.infer<typeof queueSchema>;
export type FileTableName = z.infer<typeof tableNameSchema>;
