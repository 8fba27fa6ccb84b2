import { diagnoseTopology } from '../core/diagnosis/diagnoseTopology';
import { diagnosisOf } from '../core/diagnosis/diagnosisOf';
import type { Diagnosis, NextAction } from '../core/diagnosis/diagnosis';
import { concernedNodes } from '../core/describe/concernedNodes';
import { formatAgo, formatLasting } from '../core/format';
import type { Answer, BuildAnswer } from './answer';
import type { Told } from './notTold';
import { edgeAnswer, needsSomebody } from './topologyAnswer';

/** Why a link, slot, queue or node is as it is, what that rests on and what a person may do. */
export function explanationAnswer(
  { snapshot, cutOff }: Told,
  subject: string,
  nowMs: number,
): BuildAnswer {
  const diagnosis = diagnosisOf(snapshot, subject);
  const edge = snapshot.edges.find(({ id }) => id === subject);
  const concerned = new Set([subject, ...concernedNodes(snapshot, subject)]);
  const others = diagnoseTopology(snapshot).filter(
    (other) =>
      needsSomebody(other) &&
      other.title !== diagnosis.title &&
      (concerned.has(other.subject) || (other.nodeId !== null && concerned.has(other.nodeId))),
  );
  return (take) => ({
    ...whatOf(diagnosis, nowMs),
    ...(cutOff.has(subject) ? { isPart: 'What it takes its data from may not be told.' } : {}),
    ...(edge === undefined ? {} : { link: edgeAnswer(edge, nowMs) }),
    evidence: take(diagnosis.evidence, ({ label, value, source, atMs, query }) => ({
      what: label,
      value,
      source,
      ...(atMs === null ? {} : { read: formatAgo(atMs, nowMs) }),
      ...(query === null ? {} : { readAgainBy: query }),
    })),
    whatAPersonMayDo: take(diagnosis.actions, actionAnswer),
    alsoWrongThere: take(others, ({ subject: about, title }) => ({ about, what: title })),
  });
}

function whatOf(
  { subject, nodeId, code, health, title, detail, sinceMs }: Diagnosis,
  nowMs: number,
): Readonly<Record<string, Answer>> {
  return {
    about: subject,
    node: nodeId,
    health,
    code,
    what: title,
    ...(detail === '' ? {} : { detail }),
    ...(sinceMs === null ? {} : { lasts: formatLasting(sinceMs, nowMs) }),
  };
}

/** Nothing of this is done by a tool. */
function actionAnswer(action: NextAction): Answer {
  switch (action.kind) {
    case 'command':
      return { editorCommand: action.label, on: action.subject };
    case 'statement':
      return { onNode: action.nodeId, sql: action.sql, effect: action.effect };
    case 'configuration':
      return { onNode: action.nodeId, file: action.file, line: action.line, effect: action.effect };
  }
}
