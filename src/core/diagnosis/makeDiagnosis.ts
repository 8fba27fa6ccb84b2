import { worstHealth } from '../join/severity';
import type { Evidence, Health, Verdict } from '../snapshot';
import { showEscaped } from '../visibleText';
import type { Diagnosis, DiagnosisCode, DiagnosisEvidence, NextAction } from './diagnosis';
import { evidenceQuery, type QueryScope } from './evidenceQuery';

/** What a rule says of a subject; the rest follows from it and from its verdict. */
export interface Finding {
  readonly code: DiagnosisCode;
  readonly title: string;
  /** By default that of the verdict; never better than it. */
  readonly health?: Health;
  readonly detail?: readonly (string | null)[];
  readonly nodeId?: string | null;
  /** By default since when the verdict holds. */
  readonly sinceMs?: number | null;
  readonly evidence?: readonly DiagnosisEvidence[];
  readonly actions?: readonly (NextAction | null)[];
  readonly followsFrom?: string | null;
}

/** What a diagnosis is about, and what is said of it already. */
export interface About {
  readonly subject: string;
  readonly nodeId: string | null;
  readonly verdict: Verdict;
}

/** The section of docs/verdicts.md that explains a code. */
export function anchorOf(code: DiagnosisCode): string {
  return `#${code.toLowerCase()}`;
}

/**
 * A finding as a diagnosis of its subject. Texts come from servers and files, too: what nobody could see in them is written out.
 */
export function makeDiagnosis(about: About, finding: Finding): Diagnosis {
  const { verdict } = about;
  const { code, followsFrom } = finding;
  return {
    subject: about.subject,
    nodeId: finding.nodeId === undefined ? about.nodeId : finding.nodeId,
    code,
    health: finding.health ?? verdict.health,
    title: showEscaped(finding.title),
    detail: showEscaped((finding.detail ?? []).filter((part) => part !== null).join(' ')),
    sinceMs: finding.sinceMs === undefined ? verdict.sinceMs : finding.sinceMs,
    evidence: (finding.evidence ?? []).map((row) => ({ ...row, value: showEscaped(row.value) })),
    actions: (finding.actions ?? []).filter((action) => action !== null),
    anchor: anchorOf(code),
    ...(followsFrom === undefined || followsFrom === null ? {} : { followsFrom }),
  };
}

/** What speaks for a verdict: at least as bad as it is. */
export function speakFor(about: About, finding: Finding): Diagnosis {
  const health = worstHealth([finding.health ?? about.verdict.health, about.verdict.health]);
  return makeDiagnosis(about, { ...finding, health });
}

/** Evidence of the join with the statement that shows it again. */
export function withQueries(
  evidence: readonly Evidence[],
  scopeOf: (object: string, nodeId: string) => QueryScope,
): readonly DiagnosisEvidence[] {
  return evidence.map((row) => {
    const [, object, nodeId] = SOURCE.exec(row.source) ?? [];
    if (object === undefined || nodeId === undefined) return { ...row, query: null };
    return { ...row, query: evidenceQuery(object, scopeOf(object, nodeId)) };
  });
}

/** `pg_stat_replication on central`; of two places the first. */
const SOURCE = /^(.+?) on (.+?)(?:, pg_.*)?$/u;

/** A fact with its source and the statement for it. */
export function fact(
  label: string,
  value: string,
  object: string,
  at: { readonly nodeId: string; readonly atMs: number | null; readonly scope: QueryScope },
): DiagnosisEvidence {
  return {
    label,
    value,
    source: `${object} on ${at.nodeId}`,
    atMs: at.atMs,
    query: evidenceQuery(object, at.scope),
  };
}
