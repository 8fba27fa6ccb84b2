import './jitless';
import * as z from 'zod/mini';
import type { DiagnosisCode } from '../core/diagnosis/diagnosis';
import type { Health } from '../core/snapshot';

/** Diagnoses, events and possible loss as they travel to the dashboard, and lie in an incident file. Texts alone, each with a limit. */

// A record rather than a list: the compiler then refuses a health that core knows and the wire does not.
const HEALTHS: Record<Health, Health> = {
  healthy: 'healthy',
  busy: 'busy',
  warning: 'warning',
  error: 'error',
  unknown: 'unknown',
};
export const HEALTH = z.enum(HEALTHS);

/** Longer texts are no message of ours. */
const TEXT = z.string().check(z.maxLength(20_000));
const MS = z.nullable(z.number());
// Open on purpose: a code is only looked up in tables that have a default.
const CODE = z.custom<DiagnosisCode>((value) => typeof value === 'string');

export const EVIDENCE = z.object({
  label: TEXT,
  value: TEXT,
  source: TEXT,
  atMs: MS,
  /** Statement that shows it again; `null` where none does. */
  query: z.nullable(TEXT),
});

const ACTION = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('command'), command: TEXT, subject: TEXT, label: TEXT }),
  z.object({ kind: z.literal('statement'), nodeId: TEXT, sql: TEXT, effect: TEXT }),
  z.object({
    kind: z.literal('configuration'),
    nodeId: TEXT,
    file: TEXT,
    line: TEXT,
    effect: TEXT,
  }),
]);

export const DIAGNOSIS = z.object({
  subject: TEXT,
  nodeId: z.nullable(TEXT),
  code: CODE,
  health: HEALTH,
  title: TEXT,
  detail: TEXT,
  sinceMs: MS,
  evidence: z.array(EVIDENCE).check(z.maxLength(200)),
  actions: z.array(ACTION).check(z.maxLength(50)),
  anchor: TEXT,
});

/** One row of *Needs attention*: the rest of its diagnosis comes when it is selected. */
export const PROBLEM = z.object({
  id: TEXT,
  code: CODE,
  health: HEALTH,
  title: TEXT,
  sinceMs: MS,
});

export const LOSS = z.object({
  topologyName: TEXT,
  asOfMs: MS,
  health: HEALTH,
  answer: TEXT,
  lead: TEXT,
  rows: z
    .array(
      z.object({
        subject: TEXT,
        where: TEXT,
        notArrived: TEXT,
        bytes: z.nullable(z.number()),
        ms: MS,
        atMs: MS,
        health: HEALTH,
        note: TEXT,
      }),
    )
    .check(z.maxLength(1_000)),
});

export const EVENT = z.object({
  atMs: z.number(),
  kind: z.enum(['state', 'change', 'drain', 'check']),
  subject: z.nullable(TEXT),
  health: HEALTH,
  code: z.nullable(TEXT),
  text: TEXT,
  times: z.exactOptional(z.number()),
  firstAtMs: z.exactOptional(z.number()),
});
export const EVENTS = z.array(EVENT).check(z.maxLength(1_000));

export type DiagnosisState = z.infer<typeof DIAGNOSIS>;
export type EvidenceState = z.infer<typeof EVIDENCE>;
export type ActionState = z.infer<typeof ACTION>;
export type ProblemState = z.infer<typeof PROBLEM>;
export type LossState = z.infer<typeof LOSS>;
export type EventState = z.infer<typeof EVENT>;
