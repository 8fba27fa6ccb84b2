import assert from 'node:assert/strict';
import type { TopologyProposal } from '../../../../src/core/discovery/proposal';
import { MOST_LOOKS } from '../../../../src/operations/discovery/crawlLooks';
import { at, discovered, edges } from '../../core/discovery/looks';
import { primary, receiver, sender, standby } from '../../core/join/builders';
import { crawlOver, FakeServers, from, signal } from './fakeServers';

const central = discovered(
  at('localhost:5433'),
  primary({ senders: [sender({ applicationName: 'read', clientAddress: '172.18.0.3' })] }),
  { self: at('172.18.0.2') },
);
const read = discovered(
  at('localhost:5434'),
  standby({
    receiver: receiver({ applicationName: 'read', senderHost: '172.18.0.2', senderPort: 5432 }),
  }),
  { self: at('172.18.0.3') },
);
const start = {
  params: { host: 'localhost', port: '5433', dbname: 'app', user: 'monitor' },
  password: 's3cret',
};
const there = { nodeId: 'read', address: at('localhost:5434') };

async function begin(others: ConstructorParameters<typeof FakeServers>[0] = {}) {
  const servers = new FakeServers({ 'localhost:5433/app': central, ...others });
  const crawl = crawlOver(servers);
  await crawl.look(start, signal);
  return { servers, crawl };
}

describe('A look at a node where a person says that it is', () => {
  it('makes what was guessed seen, under the same key, by the user and password of who names it', async () => {
    const { servers, crawl } = await begin({ 'localhost:5434/app': read });
    const before = crawl.keys().get('read');
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read guessed']);
    assert.equal(await crawl.lookAgain(there, signal), 'answered');
    assert.deepEqual(servers.dialled, ['localhost:5433/app', 'localhost:5434/app']);
    assert.deepEqual(servers.passwords, ['s3cret', 's3cret']);
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read seen']);
    assert.equal(problemOf(crawl.proposal(), 'read'), null);
    assert.equal(crawl.keys().get('read'), before);
    assert.deepEqual([...crawl.secrets().keys()], ['app', 'read']);
  });

  it('replaces what failed before, as often as it is asked for, and says what to do next', async () => {
    const { servers, crawl } = await begin();
    const wrong = { ...there, address: at('localhost:5499') };
    const key = crawl.keys().get('read');
    const failure = await crawl.lookAgain(wrong, signal);
    assert.ok(typeof failure === 'object' && failure.reason === 'refused');
    assert.match(
      problemOf(crawl.proposal(), 'read') ?? '',
      /^Could not reach read \(localhost:5499\): connection refused\. Change host or port, and look again\.$/u,
    );
    servers.servers['localhost:5434/app'] = read;
    assert.equal(await crawl.lookAgain(there, signal), 'answered');
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read seen']);
    assert.equal(crawl.keys().get('read'), key);
    assert.doesNotMatch(JSON.stringify(crawl.proposal()), /5499/u);
  });

  it('says that another server answers there, and forgets that server with the next look', async () => {
    const stranger = discovered(
      at('localhost:5499'),
      primary({ systemIdentifier: '42', postmasterStartedAtMs: 9 }),
    );
    const { crawl } = await begin({
      'localhost:5499/app': stranger,
      'localhost:5434/app': read,
    });
    await crawl.lookAgain({ ...there, address: at('localhost:5499') }, signal);
    assert.match(problemOf(crawl.proposal(), 'read') ?? '', /^At localhost:5499 another server/u);
    assert.equal(crawl.proposal().nodes.length, 3);
    await crawl.lookAgain(there, signal);
    assert.deepEqual(
      crawl.proposal().nodes.map(({ id }) => id),
      ['app', 'read'],
    );
  });

  it('leaves a node that answered what it is while nothing answers elsewhere, then dials it there', async () => {
    const { servers, crawl } = await begin({ 'localhost:5434/app': read });
    await crawl.lookAgain(there, signal);
    const key = crawl.keys().get('read');
    await crawl.lookAgain({ ...there, address: at('127.0.0.1:6434') }, signal);
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read seen']);
    assert.equal(placeOf(crawl.proposal(), 'read'), 'localhost:5434');
    assert.match(problemOf(crawl.proposal(), 'read') ?? '', /6434\): connection refused/u);
    servers.servers['127.0.0.1:6434/app'] = { ...read, endpoint: at('127.0.0.1:6434') };
    await crawl.lookAgain({ ...there, address: at('127.0.0.1:6434') }, signal);
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read seen']);
    assert.equal(placeOf(crawl.proposal(), 'read'), '127.0.0.1:6434');
    assert.equal(problemOf(crawl.proposal(), 'read'), null);
    assert.equal(crawl.keys().get('read'), key);
    // Where another server answers, it stays as well.
    await crawl.lookAgain({ ...there, address: at('localhost:5433') }, signal);
    assert.equal(placeOf(crawl.proposal(), 'read'), '127.0.0.1:6434');
    assert.match(problemOf(crawl.proposal(), 'read') ?? '', /^At localhost:5433 another server/u);
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read seen']);
  });

  it('finds what hangs on it by itself, and leaves what needs consent', async () => {
    const cascading = discovered(read.endpoint, {
      ...read.fast,
      senders: [sender({ pid: 9, applicationName: 'leaf', clientAddress: '172.18.0.4' })],
    });
    const { servers, crawl } = await begin({ 'localhost:5434/app': cascading });
    await crawl.lookAgain(there, signal);
    assert.deepEqual(edges(crawl.proposal()), [
      'streaming app -> read seen',
      'streaming read -> leaf guessed',
    ]);
    assert.equal(servers.dialled.length, 2);
    assert.ok(crawl.waiting().some(({ nodeId }) => nodeId === 'leaf'));
  });

  it('changes nothing once it is given up', async () => {
    const { crawl } = await begin({ 'localhost:5434/app': read });
    const before = crawl.proposal();
    await crawl.lookAgain(there, AbortSignal.abort());
    assert.deepEqual(crawl.proposal(), before);
    assert.equal(await crawl.lookAgain(there, signal), 'answered');
  });

  it('tells loopback, what was dialled and what was allowed from what needs consent', async () => {
    const servers = new FakeServers({
      '10.0.0.1:5432/app': { ...central, endpoint: at('10.0.0.1') },
    });
    const crawl = crawlOver(servers, ['10.0.0.7:5432']);
    await crawl.look(from('10.0.0.1'), signal);
    const needs = ['localhost:1', '127.0.0.9:1', '10.0.0.1', '10.0.0.7', '10.0.0.7:5433', 'db'];
    assert.deepEqual(
      needs.filter((place) => crawl.needsConsent(at(place))),
      ['10.0.0.7:5433', 'db'],
    );
    assert.equal(crawl.needsConsent({ host: '/var/run/postgresql', port: 5432 }), false);
  });

  it('counts among the looks of a crawl', async () => {
    const { servers, crawl } = await begin();
    for (let look = 1; look < MOST_LOOKS; look += 1) await crawl.lookAgain(there, signal);
    assert.equal(await crawl.lookAgain(there, signal), 'notLookedAt');
    assert.equal(servers.dialled.length, MOST_LOOKS);
    assert.match(crawl.proposal().skipped.join('\n'), /stopped after 64 looks/u);
    assert.equal(await crawl.lookAgain({ ...there, nodeId: 'nobody' }, signal), 'notLookedAt');
  });
});

function problemOf({ nodes }: TopologyProposal, id: string): string | null {
  const node = nodes.find((one) => one.id === id);
  assert.ok(node !== undefined, nodes.map((one) => one.id).join());
  return node.problem;
}

function placeOf({ nodes }: TopologyProposal, id: string): string {
  const { host = '', port = '' } = nodes.find((one) => one.id === id)?.connection ?? {};
  return `${host}:${port}`;
}
