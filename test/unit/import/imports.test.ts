import assert from 'node:assert/strict';
import type { ProposedEdge, ProposedNode } from '../../../src/core/discovery/proposal';
import { proposeImport } from '../../../src/core/import/proposeImport';
import { writeProposal } from '../../../src/topologyFile/writeProposal';
import { COMPOSE_CASES } from './support/composeCases';
import { ENV_CASES } from './support/envCases';
import { OTHER_CASES } from './support/otherCases';

const CASES = [...ENV_CASES, ...COMPOSE_CASES, ...OTHER_CASES];

describe('what a project already has', () => {
  for (const expected of CASES) {
    it(`is imported: ${expected.title}`, () => {
      const { proposal, secrets } = proposeImport(expected.imported());
      assert.deepEqual(
        {
          nodes: Object.fromEntries(proposal.nodes.map((node) => [node.id, shownNode(node)])),
          edges: proposal.edges.map(shownEdge),
          secrets: Object.fromEntries(secrets),
          skipped: proposal.skipped,
          warnings: proposal.warnings,
          problems: Object.fromEntries(
            proposal.nodes.flatMap(({ id, problem }) => (problem === null ? [] : [[id, problem]])),
          ),
        },
        {
          nodes: expected.nodes,
          edges: expected.edges ?? [],
          secrets: expected.secrets ?? {},
          skipped: expected.skipped ?? [],
          warnings: expected.warnings ?? [],
          problems: expected.problems ?? {},
        },
      );
    });

    it(`keeps passwords out of proposal and file: ${expected.title}`, () => {
      const { proposal } = proposeImport(expected.imported());
      const choices = {
        nodeIds: new Set(proposal.nodes.map(({ id }) => id)),
        names: new Map<string, string>(),
        addresses: new Map<string, { host: string; port: number }>(),
      };
      const written = writeProposal(null, proposal, choices);
      assert.equal(written.addedNodes.length, proposal.nodes.length);
      const all = JSON.stringify([proposal, written.text, written.problems, written.added]);
      // Every password of the cases begins so.
      assert.doesNotMatch(all, /hidden|hid#den|den@12/u);
    });
  }

  it('is all of it guessed, with where it was found', () => {
    for (const { imported } of CASES) {
      const { nodes, edges } = proposeImport(imported()).proposal;
      for (const { certainty, evidence } of [...nodes, ...edges]) {
        assert.equal(certainty, 'guessed');
        assert.ok(evidence.length > 0);
        for (const { text, atMs } of evidence) {
          assert.match(text, / in | of /u);
          assert.equal(atMs, null);
        }
      }
    }
  });
});

function shownNode({ connection }: ProposedNode): string {
  const { user, host = '', port, dbname, ...rest } = connection;
  const others = Object.entries(rest).map(([key, value]) => ` ${key}=${value}`);
  return [
    user === undefined ? '' : `${user}@`,
    host,
    port === undefined ? '' : `:${port}`,
    dbname === undefined ? '' : `/${dbname}`,
    ...others,
  ].join('');
}

function shownEdge(edge: ProposedEdge): string {
  const ends = `${edge.kind} ${edge.from} > ${edge.to}`;
  if (edge.kind === 'streaming') return edge.slot === null ? ends : `${ends} slot ${edge.slot}`;
  if (edge.kind === 'queue') return ends;
  return `${ends} ${edge.subscription}(${edge.publications.join(',')})`;
}
