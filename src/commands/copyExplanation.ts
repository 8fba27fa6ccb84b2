import { env, window } from 'vscode';
import { diagnoseTopology } from '../core/diagnosis/diagnoseTopology';
import { diagnosisMarkdown } from '../core/diagnosis/diagnosisMarkdown';
import { diagnosisOf } from '../core/diagnosis/diagnosisOf';
import type { Diagnosis } from '../core/diagnosis/diagnosis';
import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import { defineCommand } from './defineCommand';
import { pickSubject } from './pickSubject';
import { explained } from './target';

const MESSAGE_MS = 5_000;

/** Copies why something is as it is, with what that rests on and what to do, as Markdown without secrets. Asks no server. */
export const copyExplanation = defineCommand('copyExplanation', {
  title: say`Copy Explanation as Markdown`,
  needs: 'topology',
  argument: 'optional',
  run: async (deps, target) => {
    const { monitor, clock, redact } = deps;
    const question = say`Which explanation should be copied?`;
    const chosen = target ?? (await pickSubject(deps, say`Copy Explanation`, question));
    const snapshot = monitor.current().find(({ id }) => id === chosen?.topologyId);
    if (chosen === null || snapshot === undefined) return;
    const nowMs = clock.nowMs();
    const subject = chosen.subject === null ? null : explained(chosen, [snapshot]);
    const texts = diagnosesFor(snapshot, subject).map((one) => diagnosisMarkdown(one, nowMs));
    await env.clipboard.writeText(redact(texts.join('\n')));
    window.setStatusBarMessage(say`Explanation copied as Markdown`, MESSAGE_MS);
  },
});

/** Of a whole topology everything that needs a person, and where nothing does what is said of its nodes. */
function diagnosesFor(snapshot: TopologySnapshot, subject: string | null): readonly Diagnosis[] {
  if (subject !== null) return [diagnosisOf(snapshot, subject)];
  const all = diagnoseTopology(snapshot);
  const bad = all.filter(({ health }) => health === 'error' || health === 'warning');
  return bad.length > 0
    ? bad
    : all.filter(({ subject: about }) => snapshot.nodes.some(({ id }) => id === about));
}
