import { setTimeout as sleep } from 'node:timers/promises';
import { cutOffStandby, type Fault } from '../../clusters/faults';
import type { LiveTopology } from './liveTopology';

/** A fault of the demo that makes the status bar red, and what a person has to find two clicks later. */
export interface RedFault {
  readonly name: string;
  /** Accessible name of the item in the status bar. */
  readonly status: RegExp;
  /** The line of the pick. */
  readonly choice: string;
  /** The cause as the dashboard's details are headed. */
  readonly cause: RegExp;
  /** What it rests on or the way on: with the names and numbers of this very fault. */
  readonly shown: readonly RegExp[];
  readonly inject: (servers: LiveTopology) => Promise<Fault>;
}

/** Each is made on real servers, and undone so far that all of them are healthy again. */
export const RED_FAULTS: readonly RedFault[] = [
  {
    name: 'a column that only the publisher has',
    status: /^metrics_sub stopped/,
    choice: 'metrics_sub',
    cause:
      /^\s*metrics_sub on genesis stopped; public\.execution_metrics\.region, which central sends, is not there\./,
    shown: [/ALTER TABLE "?public"?\."?execution_metrics"? ADD COLUMN "?region"? text;/],
    inject: async (servers) => {
      const add = 'ALTER TABLE execution_metrics ADD COLUMN region text';
      await servers.query('central', add);
      await servers.query(
        'central',
        "INSERT INTO execution_metrics (job, duration_ms, region) VALUES ('job 1', 1, 'north')",
      );
      return {
        end: async () => {
          await servers.query('genesis', add);
        },
      };
    },
  },
  {
    name: 'a slot that nobody reads and that is about to be lost',
    status: /^Slot old_reports (near its limit|lost in )/,
    choice: 'old_reports',
    cause:
      /^\s*Slot old_reports on central (is lost in about .+|may be lost with the next checkpoint): it keeps \d+ of 20\sMB\./,
    shown: [/max_slot_wal_keep_size/],
    inject: async (servers) => {
      const { cluster } = servers.running.node('central');
      await cluster.setConf({ max_slot_wal_keep_size: '20MB' });
      const write = async (bytes: number, times: number): Promise<void> => {
        await servers.query(
          'central',
          `SELECT pg_logical_emit_message(false, 'fill', repeat('x', ${bytes})) FROM generate_series(1, ${times})`,
        );
      };
      await servers.query(
        'central',
        "SELECT pg_create_physical_replication_slot('old_reports', true)",
      );
      await servers.query('central', 'CHECKPOINT');
      await write(1_000_000, 18);
      // Goes on while it is looked at: without it the time that is left grows from poll to poll, until it is no longer about to be lost.
      const stop = new AbortController();
      const writing = (async () => {
        while (!stop.signal.aborted) {
          await write(10_000, 1);
          await sleep(1_000);
        }
      })();
      const end = async (): Promise<void> => {
        stop.abort();
        await writing;
        await servers.query('central', "SELECT pg_drop_replication_slot('old_reports')");
        await cluster.setConf({ max_slot_wal_keep_size: -1 });
      };
      return { end };
    },
  },
  {
    name: 'a standby that is cut off its upstream',
    status: /^central-archive not streaming/,
    choice: 'central-archive',
    cause: /^\s*central-archive is not streaming from central-read\./,
    shown: [/primary_slot_name/],
    inject: (servers) => cutOffStandby(servers.running.node('central-archive').cluster),
  },
  {
    name: 'an operation that the primary refuses for ever',
    status: /^1 dead operation/,
    choice: 'pending_sync',
    cause: /^\s*central refuses 1 operation of the queue of vengeance for good\./,
    shown: [/null value in column "name"/],
    inject: async (servers) => {
      await servers.query(
        'vengeance',
        `INSERT INTO pgtopology.pending_sync (table_name, operation, data, state, attempts, error)
         VALUES ('public.approved_patterns', 'INSERT', '{}', 'dead', 1, 'null value in column "name"')`,
      );
      return {
        end: async () => {
          await servers.query(
            'vengeance',
            "DELETE FROM pgtopology.pending_sync WHERE state = 'dead'",
          );
        },
      };
    },
  },
];
