import { env } from 'vscode';
import { detailsText } from '../core/describe/detailsText';
import { setupItemDetails } from '../core/describe/setupText';
import { say } from '../core/say';
import { findSetupItem } from '../core/setup/setupRecord';
import { defineCommand } from './defineCommand';

/** Copies what is known of a row, with its evidence, as text without secrets. */
export const copyDetails = defineCommand('copyDetails', {
  title: say`Copy Details`,
  needs: 'topology',
  argument: 'nodeOrTopology',
  question: say`Details of what?`,
  run: async ({ monitor, clock, redact, setups, stops }, target) => {
    if (target === null) return;
    const snapshot = monitor.current().find((candidate) => candidate.id === target.topologyId);
    if (snapshot === undefined) return;
    const item =
      target.subject === null ? null : findSetupItem(setups.of(snapshot.id), target.subject);
    if (item !== null) {
      await env.clipboard.writeText(redact(setupItemDetails(item)));
      return;
    }
    const known = stops.of(snapshot.id);
    const text = detailsText(snapshot, target.subject, clock.nowMs(), known);
    await env.clipboard.writeText(redact(text));
  },
});
