import type { Diagnosis } from '../core/diagnosis/diagnosis';
import type { LossReport } from '../core/loss/lossReport';
import type { DiagnosisState, LossState } from './diagnosisState';

/** So many rows travel; the page shows fewer still. */
export const LOSS_ROWS = 200;

/** A diagnosis as it travels: the lists in it are copies. */
export function toDiagnosisState(diagnosis: Diagnosis): DiagnosisState {
  const { subject, nodeId, code, health, title, detail, sinceMs, anchor } = diagnosis;
  return {
    subject,
    nodeId,
    code,
    health,
    title,
    detail,
    sinceMs,
    evidence: diagnosis.evidence.map((row) => ({ ...row })),
    actions: diagnosis.actions.map((action) => ({ ...action })),
    anchor,
  };
}

/** @returns the report with at most `LOSS_ROWS` rows, the worst of them, and how many were left out */
export function toLossState(report: LossReport): {
  readonly loss: LossState;
  readonly lossRowsMore: number;
} {
  const rows = report.rows.slice(0, LOSS_ROWS).map((row) => ({ ...row }));
  return { loss: { ...report, rows }, lossRowsMore: report.rows.length - rows.length };
}
