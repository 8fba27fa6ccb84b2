import './jitless';
import * as z from 'zod/mini';
import type { HistoryMeasure, HistoryRange } from '../core/history';
import { asItCame } from './asItCame';
import { DASHBOARD_COMMANDS } from './dashboardCommands';
import { DASHBOARD_STATE } from './dashboardState';
import { EVENTS } from './diagnosisState';
import type { EventSpec, RequestSpec } from './schema';

const ID = z.string().check(z.maxLength(4096));
const COMMAND = z.enum(DASHBOARD_COMMANDS);

const PUSH = z.object({
  /** Host clock when this was sent; the dashboard's own clock may be another machine's. */
  sentAtMs: z.number(),
  topologies: z.array(z.object({ id: z.string(), name: z.string() })),
  /** Commands that exist now: only these become buttons. */
  commands: z.array(COMMAND),
  /** What somebody outside asked to see; followed when `serial` rises. */
  focus: z.object({
    serial: z.number(),
    id: z.nullable(z.string()),
    /** The part of the page that is asked for; `null`: its head. */
    section: z.nullable(z.enum(['loss'])),
  }),
  /** Rises when the shown topology's events changed: then they are fetched. */
  eventsRevision: z.number(),
  /** Set where nothing is live: the page shows what a file holds. */
  incident: z.nullable(z.object({ file: z.string(), exportedAtMs: z.number() })),
  /** `null`: there is no topology file. */
  state: z.nullable(DASHBOARD_STATE),
});

const READY = z.object({ topologyId: z.nullable(ID), selectedId: z.nullable(ID) });
const SELECT = z.object({ topologyId: ID, id: z.nullable(ID) });
const SET_TOPOLOGY = z.object({ topologyId: ID });
const RUN_COMMAND = z.object({
  command: COMMAND,
  topologyId: z.nullable(ID),
  /** A node, an edge or a slot; `null`: the whole topology. */
  subject: z.nullable(ID),
});

const RANGES: Record<HistoryRange, HistoryRange> = { '15min': '15min', '1h': '1h', '24h': '24h' };
const RANGE = z.enum(RANGES);

const HISTORY_REQUEST = z.object({
  topologyId: ID,
  range: RANGE,
  /** Only what may have changed since; `null` for all that is kept. */
  afterMs: z.nullable(z.number()),
});

const NUMBERS = z.array(z.nullable(z.number()));
const COLUMN = z.exactOptional(NUMBERS);
const COLUMNS: Record<HistoryMeasure, typeof COLUMN> = {
  lagMs: COLUMN,
  lagBytes: COLUMN,
  depth: COLUMN,
  walBytesPerSecond: COLUMN,
  arrivedMs: COLUMN,
  lateMs: COLUMN,
};
export const HISTORY_ANSWER = z.object({
  topologyId: z.string(),
  range: RANGE,
  /** When nothing was polled because nobody looked; `toMs` is `null` while that lasts. */
  pauses: z.array(z.object({ fromMs: z.number(), toMs: z.nullable(z.number()) })),
  /** One entry a series, columns as long as `atMs`, oldest first. `null` is a gap. */
  series: z.array(
    z.object({ id: z.string(), atMs: z.array(z.number()), columns: z.object(COLUMNS) }),
  ),
});

const QUEUE_PAST_REQUEST = z.object({ topologyId: ID });
export const QUEUE_PAST_ANSWER = z.object({
  topologyId: z.string(),
  /** One entry a queue that has a past: columns of equal length, oldest first, each place five minutes from `atMs` on. */
  series: z.array(
    z.object({
      id: z.string(),
      readAtMs: z.number(),
      atMs: z.array(z.number()),
      depth: NUMBERS,
      /** How old operations were on average when they left. */
      latencyMs: NUMBERS,
      drained: z.array(z.number()),
      conflicts: z.array(z.number()),
    }),
  ),
});

const EVENTS_REQUEST = z.object({ topologyId: ID });
const EVENTS_ANSWER = z.object({ topologyId: z.string(), revision: z.number(), events: EVENTS });

export type DashboardPush = z.infer<typeof PUSH>;
export type ReadyMessage = z.infer<typeof READY>;
export type RunCommandMessage = z.infer<typeof RUN_COMMAND>;
export type LagHistoryRequest = z.infer<typeof HISTORY_REQUEST>;
export type LagHistory = z.infer<typeof HISTORY_ANSWER>;
export type EventsAnswer = z.infer<typeof EVENTS_ANSWER>;
export type QueuePasts = z.infer<typeof QUEUE_PAST_ANSWER>;

/** Host → dashboard: everything that is to be drawn, whole. */
export const snapshotPushed: EventSpec<DashboardPush> = {
  name: 'snapshot',
  payload: asItCame(PUSH),
};
/** Dashboard → host: listening now; with what the user had chosen before. */
export const dashboardReady: EventSpec<ReadyMessage> = { name: 'ready', payload: READY };
/** Dashboard → host: evidence is wanted for this node, edge, slot or queue. */
export const selectionChanged: EventSpec<z.infer<typeof SELECT>> = {
  name: 'select',
  payload: SELECT,
};
/** Dashboard → host: show another topology file. */
export const topologyChosen: EventSpec<z.infer<typeof SET_TOPOLOGY>> = {
  name: 'setTopology',
  payload: SET_TOPOLOGY,
};
/** Dashboard → host: a button was pressed. */
export const commandRequested: EventSpec<RunCommandMessage> = {
  name: 'runCommand',
  payload: RUN_COMMAND,
};
/** Dashboard → host: the past of all edges, queues, nodes and checks of a topology. */
export const fetchLagHistory: RequestSpec<LagHistoryRequest, LagHistory> = {
  name: 'fetchLagHistory',
  payload: HISTORY_REQUEST,
  answer: asItCame(HISTORY_ANSWER),
};
/** Dashboard → host: what drains of a topology did in the last 24 hours. */
export const fetchQueuePast: RequestSpec<z.infer<typeof QUEUE_PAST_REQUEST>, QueuePasts> = {
  name: 'fetchQueuePast',
  payload: QUEUE_PAST_REQUEST,
  answer: QUEUE_PAST_ANSWER,
};
/** Dashboard → host: what happened to a topology, oldest first. */
export const fetchEvents: RequestSpec<z.infer<typeof EVENTS_REQUEST>, EventsAnswer> = {
  name: 'fetchEvents',
  payload: EVENTS_REQUEST,
  answer: EVENTS_ANSWER,
};
