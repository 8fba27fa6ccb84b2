import { say } from '../core/say';
/** Completions for an entry of `nodes`. `^` before a placeholder drops the quotes around a number. */
export const nodeSnippets = [
  {
    label: 'primary',
    description: say`A server that others replicate from`,
    body: {
      connection: 'postgresql://${1:monitor}@${2:localhost}:${3:5432}/${4:postgres}',
      adminUser: '${5:postgres}',
    },
  },
  {
    label: 'standby',
    description: say`A server that replays the WAL of another`,
    body: {
      connection: 'postgresql://${1:monitor}@${2:localhost}:${3:5433}/${4:postgres}',
      standbyOf: '${5:primary}',
      slot: '${6:standby}',
    },
  },
  {
    label: 'subscriber',
    description: say`A server that subscribes to publications of another`,
    body: {
      connection: 'postgresql://${1:monitor}@${2:localhost}:${3:5434}/${4:postgres}',
      subscriptions: {
        '${5:name_sub}': { publisher: '${6:primary}', publications: ['${7:name_pub}'] },
      },
    },
  },
] as const;

/** Completion for an empty file: a primary, a standby and a subscriber. */
export const fileSnippets = [
  {
    label: say`topology with three nodes`,
    description: say`A primary, a standby and a subscriber`,
    body: {
      name: say`\${1:My topology}`,
      nodes: {
        primary: {
          connection: 'postgresql://monitor@localhost:5432/${2:postgres}',
          publications: { '${3:app_pub}': { tables: ['${4:public.users}'] } },
        },
        standby: {
          connection: 'postgresql://monitor@localhost:5433/${2:postgres}',
          standbyOf: 'primary',
        },
        subscriber: {
          connection: 'postgresql://monitor@localhost:5434/${2:postgres}',
          subscriptions: {
            '${5:app_sub}': { publisher: 'primary', publications: ['${3:app_pub}'] },
          },
        },
      },
    },
  },
] as const;
