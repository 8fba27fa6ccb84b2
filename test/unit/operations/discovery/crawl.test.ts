import assert from 'node:assert/strict';
import { isServerFailure } from '../../../../src/core/failure';
import { MOST_LOOKS } from '../../../../src/operations/discovery/crawlLooks';
import { at, discovered, edges } from '../../core/discovery/looks';
import { crawlOver, FakeServers, from, signal } from './fakeServers';
import {
  logicalSlot,
  primary,
  receiver,
  sender,
  standby,
  subscriber,
  subscription,
} from '../../core/join/builders';

describe('A crawl', () => {
  const central = discovered(
    at('10.0.0.1'),
    primary({ senders: [sender({ applicationName: 'read', clientAddress: '10.0.0.7' })] }),
  );
  const read = discovered(
    at('10.0.0.7'),
    standby({ receiver: receiver({ applicationName: 'read' }) }),
  );

  it('dials no other machine before it is allowed, and then with the same password', async () => {
    const servers = new FakeServers({ '10.0.0.1:5432/app': central, '10.0.0.7:5432/app': read });
    const crawl = crawlOver(servers);
    await crawl.look(from('10.0.0.1', 's3cret'), signal);
    assert.deepEqual(servers.dialled, ['10.0.0.1:5432/app']);
    const [place, ...others] = crawl.waiting();
    assert.deepEqual(others, []);
    assert.deepEqual(place?.endpoint, { host: '10.0.0.7', port: 5432 });
    assert.equal(place.isPortGuessed, true);
    assert.match(place.evidence[0]?.text ?? '', /client_addr 10\.0\.0\.7/u);
    await crawl.goOn([{ key: place.key }], signal);
    assert.deepEqual(servers.dialled, ['10.0.0.1:5432/app', '10.0.0.7:5432/app']);
    assert.deepEqual(servers.passwords, ['s3cret', 's3cret']);
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read seen']);
    assert.deepEqual(crawl.waiting(), []);
    assert.deepEqual(
      [...crawl.secrets()],
      [
        ['app', 's3cret'],
        ['read', 's3cret'],
      ],
    );
    assert.ok(!JSON.stringify(crawl.proposal()).includes('s3cret'));
  });

  it('dials what was allowed before, when its address was said in full', async () => {
    const servers = new FakeServers({ '10.0.0.1:5432/app': central, '10.0.0.7:5432/app': read });
    const crawl = crawlOver(servers, ['10.0.0.1:5432', '10.0.0.7:5432']);
    await crawl.look(from('10.0.0.7'), signal);
    assert.deepEqual(edges(crawl.proposal()), ['streaming app -> read seen']);
    const guessed = crawlOver(servers, ['10.0.0.7:5432']);
    await guessed.look(from('10.0.0.1'), signal);
    assert.equal(guessed.waiting().length, 1);
  });

  it('keeps what did not answer, tries it once, and takes no password for it', async () => {
    const servers = new FakeServers({ '10.0.0.1:5432/app': central });
    const crawl = crawlOver(servers);
    await crawl.look(from('10.0.0.1', 's3cret'), signal);
    const key = crawl.waiting()[0]?.key ?? '';
    await crawl.goOn([{ key, address: { host: 'nat.example.com', port: 15_432 } }], signal);
    await crawl.goOn([{ key }], signal);
    assert.deepEqual(servers.dialled, ['10.0.0.1:5432/app', 'nat.example.com:15432/app']);
    const node = crawl.proposal().nodes[1];
    assert.match(node?.problem ?? '', /connection refused/u);
    assert.equal(node?.connection['host'], 'nat.example.com');
    assert.deepEqual(crawl.waiting(), []);
    assert.deepEqual([...crawl.secrets().keys()], ['app']);
  });

  it('finds the database of a subscriber by itself', async () => {
    const upper = discovered(
      at('10.0.0.1'),
      primary({
        senders: [sender({ pid: 7, applicationName: 'town', clientAddress: '10.0.0.9' })],
        slots: [logicalSlot('town', { activePid: 7 })],
      }),
    );
    const other = subscriber({ database: 'postgres' });
    const town = subscriber({ database: 'town', subscriptions: [subscription('town')] });
    const place = at('10.0.0.9:6432');
    const servers = new FakeServers({
      '10.0.0.1:5432/app': upper,
      '10.0.0.9:6432/postgres': discovered(place, other, { subscribedDatabases: ['town'] }),
      '10.0.0.9:6432/town': discovered(place, town),
    });
    const crawl = crawlOver(servers);
    await crawl.look(from('10.0.0.1'), signal);
    await crawl.goOn([{ key: crawl.waiting()[0]?.key ?? '', address: place }], signal);
    assert.deepEqual(edges(crawl.proposal()), ['logical app -> town seen']);
    assert.deepEqual(
      crawl.proposal().nodes.map(({ id }) => id),
      ['app', 'town'],
    );
  });

  it('fails with its first server, and looks at nothing once it is given up', async () => {
    const servers = new FakeServers({ '10.0.0.1:5432/app': central });
    const crawl = crawlOver(servers);
    await assert.rejects(crawl.look(from('10.0.0.3'), signal), isServerFailure);
    assert.deepEqual(crawl.proposal().nodes, []);
    await crawl.look(from('10.0.0.1'), signal);
    const { key = '' } = crawl.waiting()[0] ?? {};
    await crawl.goOn([{ key }], AbortSignal.abort());
    assert.equal(crawl.waiting()[0]?.key, key, 'it waits as before');
  });

  it('is bounded, in all and at once', async () => {
    const members = Array.from({ length: 100 }, (_, index) => ({
      source: 'repmgr' as const,
      name: `member${index}`,
      host: '127.0.0.1',
      port: 20_000 + index,
      upstream: null,
      isPrimary: null,
    }));
    const servers = new FakeServers({
      '127.0.0.1:5432/app': discovered(at('127.0.0.1'), primary(), { members }),
    });
    const crawl = crawlOver(servers);
    await crawl.look(from('127.0.0.1'), signal);
    assert.equal(servers.dialled.length, MOST_LOOKS);
    assert.ok(servers.most <= 4, String(servers.most));
    assert.match(crawl.proposal().skipped.join('\n'), /stopped after 64 looks/u);
  });

  it('asks Patroni only once it is allowed, and offers what that lists', async () => {
    const marked = discovered(at('10.0.0.1'), primary(), { looksLikePatroni: true });
    const servers = new FakeServers({ '10.0.0.1:5432/app': marked });
    servers.members = [
      {
        source: 'Patroni',
        name: 'a',
        host: '10.0.0.1',
        port: 5432,
        upstream: null,
        isPrimary: true,
      },
      {
        source: 'Patroni',
        name: 'b',
        host: '10.0.0.2',
        port: 5432,
        upstream: null,
        isPrimary: false,
      },
    ];
    const crawl = crawlOver(servers);
    await crawl.look(from('10.0.0.1'), signal);
    const [place] = crawl.waiting();
    assert.deepEqual(place?.endpoint, { host: '10.0.0.1', port: 8008 });
    assert.equal(servers.asked, 0);
    await crawl.goOn([{ key: place.key }], signal);
    assert.equal(servers.asked, 1);
    assert.deepEqual(edges(crawl.proposal()), ['streaming a -> b guessed']);
    assert.deepEqual(
      crawl.waiting().map(({ endpoint }) => endpoint?.host),
      ['10.0.0.2'],
    );
  });
});
