import { defineCommand } from './defineCommand';

/** Shows the evidence behind a row: the dashboard with it selected. */
export const showDetails = defineCommand('showDetails', {
  needs: 'topology',
  argument: 'nodeOrTopology',
  question: 'Details of what?',
  run: ({ dashboard, contact }, target) => {
    dashboard.show({ topologyId: target?.topologyId ?? null, id: target?.subject ?? null });
    void contact.act();
  },
});
