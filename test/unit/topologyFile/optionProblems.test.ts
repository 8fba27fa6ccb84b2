import assert from 'node:assert/strict';
import { optionProblems } from '../../../src/topologyFile/optionProblems';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { LOCAL, fileWith, showProblem } from './showProblems';

const text = fileWith({
  publisher: {
    connection: LOCAL,
    publications: {
      p: { schemas: ['app'], generatedColumns: 'stored', viaPartitionRoot: true },
      q: { tables: ['public.a', { table: 'public.b', columns: ['id'], rowFilter: 'true' }] },
    },
  },
  standby: { connection: LOCAL, standbyOf: 'publisher' },
  subscriber: {
    connection: LOCAL,
    subscriptions: {
      s: {
        publisher: 'standby',
        publications: ['p'],
        binary: true,
        streaming: 'parallel',
        twoPhase: true,
        disableOnError: true,
        origin: 'none',
        runAsOwner: true,
        passwordRequired: false,
        failover: true,
      },
      t: { publisher: 'publisher', publications: ['q'], streaming: true },
    },
  },
});

function show(nodeId: string, version: number): readonly string[] {
  const { topology, positions } = parseTopologyFile(text);
  assert.ok(topology);
  return optionProblems(topology, nodeId, version, positions, text).map((problem) =>
    showProblem(text, problem),
  );
}

describe('options that a server version lacks', () => {
  it('of publications', () => {
    assert.deepEqual(show('publisher', 140012), [
      'error option-version «"schemas"» "publisher" runs Postgres 14: "schemas" needs 15 or newer.',
      'error option-version «"generatedColumns"» "publisher" runs Postgres 14: "generatedColumns" needs 18 or newer.\n  fix: Remove "generatedColumns"',
      'error option-version «"columns"» "publisher" runs Postgres 14: "columns" needs 15 or newer.',
      'error option-version «"rowFilter"» "publisher" runs Postgres 14: "rowFilter" needs 15 or newer.',
    ]);
    assert.deepEqual(show('publisher', 170000), [
      'error option-version «"generatedColumns"» "publisher" runs Postgres 17: "generatedColumns" needs 18 or newer.\n  fix: Remove "generatedColumns"',
    ]);
    assert.deepEqual(show('publisher', 180000), []);
  });

  it('of subscriptions', () => {
    const keys = (version: number): readonly string[] =>
      show('subscriber', version).map((line) => /«"(\w+)"»/.exec(line)?.[1] ?? line);
    assert.deepEqual(keys(140000), [
      'streaming',
      'twoPhase',
      'disableOnError',
      'origin',
      'runAsOwner',
      'passwordRequired',
      'failover',
    ]);
    assert.deepEqual(keys(150000), [
      'streaming',
      'origin',
      'runAsOwner',
      'passwordRequired',
      'failover',
    ]);
    assert.deepEqual(keys(160000), ['failover']);
    assert.deepEqual(keys(170000), []);
  });

  it('of a standby that others subscribe to', () => {
    assert.deepEqual(show('standby', 150000), [
      'error option-version «"publisher"» "standby" runs Postgres 15: a standby as publisher needs 16 or newer.',
    ]);
    assert.deepEqual(show('standby', 160000), []);
  });

  it('of a node that is not in the file: nothing', () => {
    assert.deepEqual(show('elsewhere', 140000), []);
  });
});
