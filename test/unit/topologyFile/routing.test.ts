import assert from 'node:assert/strict';
import { applyTextEdits } from '../../../src/topologyFile/edits';
import { nodeNameAt, renameNode } from '../../../src/topologyFile/nodeNames';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { subjectAt } from '../../../src/topologyFile/subjectAt';
import { suggestionsAt } from '../../../src/topologyFile/suggestions';
import { declared, snapshot } from '../core/describe/makeSnapshot';
import { applyFirstFix, fileWith, LOCAL, showProblems } from './showProblems';

const NODES = {
  main: { connection: LOCAL },
  near: { connection: LOCAL, standbyOf: 'main' },
  far: { connection: LOCAL, standbyOf: 'near' },
  other: { connection: LOCAL },
  reports: { connection: 'host=localhost user=u dbname=reports', standbyOf: 'main' },
};

const routed = (routing: unknown): string => fileWith(NODES, { routing });

describe('routing in a topology file', () => {
  it('is taken as it is said, and is absent where nothing is said', () => {
    const of = (text: string) => parseTopologyFile(text).topology?.routing;
    assert.equal(of(fileWith(NODES)), undefined);
    assert.deepEqual(of(routed({ reads: ['far', 'main'], maxLag: '1.5s' })), {
      reads: ['far', 'main'],
      maxLagMs: 1_500,
    });
    // Standbys of standbys are as good, and no limit is none.
    assert.deepEqual(of(routed({ reads: ['near', 'far'] })), {
      reads: ['near', 'far'],
      maxLagMs: null,
    });
    assert.deepEqual(showProblems(routed({ reads: ['far', 'near', 'main'], maxLag: '5s' })), []);
  });

  it('names nodes of the file, each once, of one system and one database', () => {
    assert.deepEqual(showProblems(routed({ reads: ['far', 'mian'] })), [
      'error unknown-node «"mian"» "reads" names "mian". Did you mean "main"?\n  fix: Change to "main"',
    ]);
    assert.deepEqual(showProblems(routed({ reads: ['near', 'other', 'near', 'reports'] })), [
      'warning routing-elsewhere «"other"» "other" is no standby of "main": not all that is written there can be read here.\n  fix: Remove it here',
      'warning routing-repeated «"near"» "reads" names "near" twice; the first place counts.\n  see line 2: "near" is named here.\n  fix: Remove it here',
      'warning routing-database «"reports"» "reports" is database reports, but writes go to database app of "main": reads would find other data.',
    ]);
    const fixed = applyFirstFix(routed({ reads: ['near', 'other', 'main'] }), 'Remove it here');
    assert.equal(fixed, routed({ reads: ['near', 'main'] }));
    assert.deepEqual(parseTopologyFile(routed({ reads: ['near', 'near'] })).topology?.routing, {
      reads: ['near'],
      maxLagMs: null,
    });
  });

  it('says where it changes nothing', () => {
    assert.deepEqual(showProblems(routed({ reads: ['main'] })), [
      'information routing-primary-only «["main"]» Reads go to "main" alone, as writes do. Name a standby before it to take reads off the primary.',
    ]);
    assert.deepEqual(showProblems(routed({ reads: ['near', 'main'], maxLag: '0s' })), [
      'warning threshold-zero «"0s"» "maxLag" is 0s, which nothing can stay below. It is ignored.\n  fix: Remove it',
    ]);
    assert.deepEqual(showProblems(routed({ reads: [], maxLag: '5' })), [
      'error schema (marked by VS Code) «[]» Expected at least one node.',
      'error schema (marked by VS Code) «"5"» Expected a time with its unit, such as "5s" or "500ms".',
    ]);
  });

  it('says how many connections its pools open, in whole numbers', () => {
    const reads = ['near', 'main'];
    const pools = (said: unknown) => routed({ reads, pools: said });
    const { topology } = parseTopologyFile(pools({ writes: 10, reads: 50 }));
    assert.deepEqual(topology?.routing?.pools, { writes: 10, reads: 50 });
    assert.deepEqual(parseTopologyFile(pools({ reads: 5 })).topology?.routing?.pools, {
      writes: null,
      reads: 5,
    });
    assert.deepEqual(showProblems(pools({ writes: 10, reads: 50 })), []);
    assert.deepEqual(showProblems(pools({ writes: 0, reads: '50' })), [
      'error schema (marked by VS Code) «0» Expected a whole number of connections, 1 or more.',
      'error schema (marked by VS Code) «"50"» Expected a whole number of connections.\n  fix: Change to 50',
    ]);
  });

  it('is no circle to get lost in', () => {
    const text = fileWith(
      {
        a: { connection: LOCAL, standbyOf: 'b' },
        b: { connection: LOCAL, standbyOf: 'a' },
      },
      { routing: { reads: ['a', 'b'] } },
    );
    assert.ok(showProblems(text).some((line) => line.startsWith('error upstream-cycle')));
  });

  it('refers to nodes: they are found, renamed and offered there', () => {
    const text = routed({ reads: ['far', 'main'], maxLag: '5s' });
    assert.equal(nodeNameAt(text, text.indexOf('"far","main"') + 2)?.name, 'far');
    const renamed = applyTextEdits(text, renameNode(text, 'main', 'head'));
    assert.ok(renamed.includes('{"reads":["far","head"],"maxLag":"5s"}'));
    assert.deepEqual(showProblems(renamed), []);
    const nodes = [declared('main'), declared('near', { standbyOf: 'main' })];
    const seen = snapshot({ nodes, topology: { routing: { reads: ['near'], maxLagMs: null } } });
    assert.deepEqual(
      suggestionsAt(['routing', 'reads', 1], seen, null).map(({ value }) => value),
      ['main'],
    );
    assert.deepEqual(suggestionsAt(['routing', 'maxLag'], seen, null), []);
    assert.deepEqual(subjectAt(['routing', 'reads', 0], seen.topology), {
      kind: 'node',
      id: 'near',
    });
    assert.equal(subjectAt(['routing', 'reads', 7], seen.topology), null);
    assert.equal(subjectAt(['routing', 'maxLag'], seen.topology), null);
  });
});
