import { env } from 'vscode';
import { detailsText } from '../core/describe/detailsText';
import { defineCommand } from './defineCommand';

/** Copies what is known of a row, with its evidence, as text without secrets. */
export const copyDetails = defineCommand('copyDetails', {
  title: 'Copy Details',
  needs: 'topology',
  argument: 'nodeOrTopology',
  question: 'Details of what?',
  run: async ({ monitor, clock, redact }, target) => {
    if (target === null) return;
    const snapshot = monitor.current().find((candidate) => candidate.id === target.topologyId);
    if (snapshot === undefined) return;
    await env.clipboard.writeText(redact(detailsText(snapshot, target.subject, clock.nowMs())));
  },
});
