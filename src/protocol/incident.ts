import './jitless';
import * as z from 'zod/mini';
import { say } from '../core/say';
import { DASHBOARD_STATE, DETAILS } from './dashboardState';
import { HISTORY_ANSWER, QUEUE_PAST_ANSWER } from './dashboardMessages';
import { EVENTS } from './diagnosisState';

/** What an incident file holds: what a dashboard draws, so that it opens again without any server. Read as data from a stranger. */

/** Larger files are not read. */
export const INCIDENT_LIMIT_BYTES = 20 * 1024 * 1024;

const TOPOLOGY = z.object({
  state: DASHBOARD_STATE,
  /** Of every node, edge, slot and queue. */
  details: z.array(DETAILS).check(z.maxLength(20_000)),
  events: EVENTS,
  /** One a range. */
  histories: z.array(HISTORY_ANSWER).check(z.maxLength(3)),
  queuePast: QUEUE_PAST_ANSWER,
});

const INCIDENT = z.object({
  format: z.literal('pg-topology-incident'),
  version: z.literal(1),
  /** Epoch ms of the machine that wrote it; ages are told for this time. */
  exportedAtMs: z.number(),
  topologies: z.array(TOPOLOGY).check(z.minLength(1), z.maxLength(20)),
});

export type Incident = z.infer<typeof INCIDENT>;
export type IncidentTopology = z.infer<typeof TOPOLOGY>;

/** Why a file is no incident that can be shown; `message` is a finished sentence. */
export class IncidentError extends Error {
  override readonly name = 'IncidentError';
}

/** @throws IncidentError for anything that `exportIncident` cannot have written */
export function parseIncident(text: string): Incident {
  if (text.length > INCIDENT_LIMIT_BYTES) throw new IncidentError(TOO_LARGE);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new IncidentError(say`This is no incident file: it is not JSON.`);
  }
  const version: unknown = isRecord(value) ? value['version'] : undefined;
  if (typeof version === 'number' && version > 1) {
    throw new IncidentError(
      say`This incident file has version ${version}; this extension reads version 1. Update the extension.`,
    );
  }
  const parsed = INCIDENT.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new IncidentError(say`This is no incident file that Export Incident… has written.`);
}

export const TOO_LARGE = say`This incident file is larger than 20 MB and was not read.`;

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
