import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Look } from '../../../../src/core/discovery/look';
import { makeProposal } from '../../../../src/core/discovery/makeProposal';
import {
  INACTIVE,
  hiddenSender,
  logicalSlot,
  primary,
  queue,
  receiver,
  sender,
  slot,
  standby,
  subscriber,
  subscription,
  SYSTEM,
  T0,
} from '../join/builders';
import { answer, edges, refusal } from './looks';

const START = 'START_REPLICATION SLOT';

describe('A proposal', () => {
  describe('of standbys', () => {
    const slots = [slot('read')];
    const senders = [sender({ applicationName: 'read', clientAddress: '10.0.0.7' })];
    const upper = answer('10.0.0.1', primary({ senders, slots }), { clusterName: 'central' });

    it('joins by slot and address, seen, whichever was looked at first', () => {
      const lower = answer('10.0.0.7', standby({ receiver: receiver({ slotName: 'read' }) }));
      for (const looks of [
        [upper, lower],
        [lower, upper],
      ]) {
        const proposal = makeProposal(looks);
        assert.deepEqual(edges(proposal), ['streaming central -> read seen']);
        assert.deepEqual(proposal.edges[0]?.evidence.map(({ text }) => text).sort(), [
          '10.0.0.1:5432 in pg_stat_wal_receiver on read',
          'client_addr 10.0.0.7, application_name read, slot read in pg_stat_replication on central',
        ]);
      }
    });

    it('keeps one that did not answer, guessed, at the port of its upstream', () => {
      const [node] = makeProposal([upper]).nodes.filter(({ id }) => id === 'read');
      assert.equal(node?.certainty, 'guessed');
      assert.deepEqual(node.connection, {
        host: '10.0.0.7',
        port: '5432',
        dbname: 'app',
        user: 'monitor',
      });
      assert.match(node.problem ?? '', /5432, the port of that server, is tried/u);
    });

    it('knows no port on the same machine', () => {
      const local = answer(
        '127.0.0.1:5433',
        primary({ senders: [sender({ applicationName: 'read', clientAddress: '127.0.0.1' })] }),
      );
      const node = makeProposal([local]).nodes.find(({ id }) => id === 'read');
      assert.ok(node);
      assert.deepEqual(node.connection, {});
      assert.match(node.problem ?? '', /at a port that its sender does not know/u);
    });

    it('says why one that was tried is not there', () => {
      const key = 'sender:7710400000000000001/' + String(T0 - 3_600_000) + '/101';
      const proposal = makeProposal([upper, refusal('10.0.0.7', key)]);
      assert.deepEqual(edges(proposal), ['streaming central -> read guessed']);
      assert.match(proposal.nodes[1]?.problem ?? '', /connection refused/u);
    });

    it('takes another server at the guessed port for no standby', () => {
      const key = 'sender:7710400000000000001/' + String(T0 - 3_600_000) + '/101';
      const stranger = answer('10.0.0.7', subscriber(), { sought: key });
      const proposal = makeProposal([upper, stranger]);
      assert.deepEqual(edges(proposal), ['streaming central -> read guessed']);
      assert.match(proposal.nodes[1]?.problem ?? '', /At 10\.0\.0\.7:5432 another server answers/u);
      assert.equal(proposal.nodes.length, 2);
      assert.equal(proposal.skipped.length, 1);
    });

    it('says that an upstream is at an address nobody looked at', () => {
      const lower = answer('10.0.0.7', standby({ receiver: receiver({ senderHost: 'db-1' }) }));
      const proposal = makeProposal([lower]);
      assert.deepEqual(edges(proposal), ['streaming db-1 -> standby seen']);
      assert.deepEqual(proposal.nodes.find(({ id }) => id === 'db-1')?.connection['host'], 'db-1');
    });

    it('knows an upstream by its slot under another address', () => {
      const upstream = receiver({ slotName: 'read', senderHost: 'db-internal' });
      const lower = answer('10.0.0.7', standby({ receiver: upstream }));
      assert.deepEqual(edges(makeProposal([upper, lower])), ['streaming central -> read seen']);
      const translated = answer('192.168.0.9:15432', standby({ receiver: upstream }), {
        self: { host: '172.17.0.3', port: 5432 },
      });
      assert.deepEqual(edges(makeProposal([upper, translated])), [
        'streaming central -> read guessed',
      ]);
    });

    it('never joins servers of two systems', () => {
      const lower = answer(
        '10.0.0.7',
        standby({ systemIdentifier: '99', receiver: receiver({ slotName: 'read' }) }),
      );
      const proposal = makeProposal([upper, lower]);
      assert.ok(!edges(proposal).some((one) => one.endsWith('standby seen')));
      assert.match(
        proposal.skipped.join('\n'),
        /where from here a server answers that does not serve/u,
      );
    });

    it('leaves out what a role may not tell apart', () => {
      const two = [hiddenSender({ pid: 1 }), hiddenSender({ pid: 2 })];
      const hidden = receiver({
        isVisible: false,
        status: null,
        senderHost: null,
        senderPort: null,
      });
      const high = answer('10.0.0.1', primary({ canSeeReplication: false, senders: two }));
      const middle = answer(
        '10.0.0.2',
        standby({
          canSeeReplication: false,
          receiver: hidden,
          senders: [hiddenSender({ pid: 3 })],
        }),
      );
      const low = answer(
        '10.0.0.3',
        standby({ canSeeReplication: false, receiver: hidden, postmasterStartedAtMs: 5 }),
      );
      const proposal = makeProposal([high, middle, low]);
      // The middle one has one upstream alone; the low one may hang on either.
      assert.deepEqual(edges(proposal), ['streaming app -> standby guessed']);
      assert.match(proposal.skipped.join('\n'), /could not be told/u);
    });

    it('takes backups and archivers for no nodes', () => {
      const tools = [
        sender({ pid: 1, applicationName: 'pg_basebackup', state: 'backup' }),
        sender({ pid: 2, applicationName: 'pg_receivewal' }),
        sender({ pid: 3, applicationName: 'barman_receive_wal' }),
        sender({ pid: 4, applicationName: 'late_sub', state: 'startup' }),
      ];
      const archive = slot('archive', { activePid: 2 });
      const proposal = makeProposal([
        answer('10.0.0.1', primary({ senders: tools, slots: [archive] })),
      ]);
      assert.deepEqual(edges(proposal), []);
      assert.deepEqual(
        proposal.consumers.map(({ slot: name, certainty }) => `${name} ${certainty}`),
        ['archive seen'],
      );
      assert.deepEqual(proposal.warnings, []);
    });
  });

  describe('of one server', () => {
    it('seen by two addresses is one node, by two databases two', () => {
      const twice = [answer('10.0.0.1', primary()), answer('db.example.com:6432', primary())];
      assert.equal(makeProposal(twice).nodes.length, 1);
      const two = [
        answer('10.0.0.1', primary()),
        answer('10.0.0.1', primary({ database: 'shop' })),
      ];
      assert.deepEqual(
        makeProposal(two).nodes.map(({ id }) => id),
        ['app', 'shop'],
      );
    });

    it('keeps the name that it has in the file', () => {
      const inFile = [
        { id: 'head', endpoints: [{ host: '10.0.0.1', port: 5432 }], database: 'app' },
      ];
      const [node] = makeProposal([answer('10.0.0.1', primary())], { inFile }).nodes;
      assert.equal(node?.id, 'head');
      assert.equal(node.isInFile, true);
    });

    it('warns of two primaries of one system', () => {
      const looks = [
        answer('10.0.0.1', primary()),
        answer('10.0.0.2', primary({ postmasterStartedAtMs: T0 })),
      ];
      assert.match(makeProposal(looks).warnings.join('\n'), /are all primaries of system/u);
    });
  });

  describe('of subscriptions', () => {
    const town = subscription('town', { publications: ['item_pub'] });
    const lower = (differs = {}): Look =>
      answer('10.0.0.9', subscriber({ database: 'town', subscriptions: [town] }), differs);
    const senders = [sender({ pid: 7, applicationName: 'town', clientAddress: '10.0.0.9' })];
    const slots = [logicalSlot('town', { activePid: 7 })];
    const query = `${START} "town" LOGICAL 0/0 (proto_version '4', origin 'any', publication_names '"item_pub"')`;
    const upper = answer('10.0.0.1', primary({ senders, slots }), {
      senderCommands: [{ pid: 7, query }],
    });

    it('joins by slot and what its reader asked for, without any address', () => {
      assert.deepEqual(edges(makeProposal([upper, lower()])), ['logical app -> town seen']);
    });

    it('believes no address that leads to a server without the slot', () => {
      const other = answer(
        '10.0.0.2',
        primary({ systemIdentifier: '3', postmasterStartedAtMs: 3 }),
      );
      const publishers = [{ subscription: 'town', host: '10.0.0.2', port: 5432, database: 'app' }];
      const proposal = makeProposal([other, lower({ publishers })]);
      assert.deepEqual(edges(proposal), []);
      assert.match(proposal.skipped.join('\n'), /does not have its slot/u);
    });

    it('tells two publishers with slots of one name apart by address, else leaves them out', () => {
      const twin = answer(
        '10.0.0.2',
        primary({ systemIdentifier: '3', postmasterStartedAtMs: 3, senders, slots }),
        { senderCommands: [{ pid: 7, query }] },
      );
      const open = makeProposal([upper, twin, lower()]);
      assert.deepEqual(
        edges(open).filter((one) => one.endsWith('seen')),
        [],
      );
      assert.match(open.skipped.join('\n'), /may subscribe from any of/u);
      const publishers = [{ subscription: 'town', host: '10.0.0.2', port: 5432, database: 'app' }];
      const told = makeProposal([upper, twin, lower({ publishers })]);
      const seen = told.edges.filter(({ certainty }) => certainty === 'seen');
      assert.equal(seen.length, 1);
      const from = told.nodes.find(({ id }) => id === seen[0]?.from);
      assert.equal(from?.connection['host'], '10.0.0.2');
    });

    it('expects a subscriber behind a slot that a worker reads, with its publications', () => {
      const proposal = makeProposal([upper]);
      assert.deepEqual(edges(proposal), ['logical app -> town guessed']);
      const [edge] = proposal.edges;
      assert.ok(edge?.kind === 'logical');
      assert.deepEqual(edge.publications, ['item_pub']);
      assert.equal(edge.slot, null);
    });

    it('takes other readers of pgoutput for consumers', () => {
      const debezium = `${START} "town" LOGICAL 0/0 ("proto_version" '1', "publication_names" 'dbz')`;
      const electric = `${START} town LOGICAL 0/0 (proto_version '1', publication_names '"dbz"')`;
      for (const other of [debezium, electric]) {
        const looks = [
          answer('10.0.0.1', primary({ senders, slots }), {
            senderCommands: [{ pid: 7, query: other }],
          }),
        ];
        const proposal = makeProposal(looks);
        assert.deepEqual(edges(proposal), []);
        assert.deepEqual(
          proposal.consumers.map(({ slot: name, certainty }) => `${name} ${certainty}`),
          ['town seen'],
        );
      }
    });

    it('ignores slots of table copies and copies for a failover', () => {
      const ignored = [
        logicalSlot('pg_16400_sync_16390_7710400000000000001', { activePid: 7 }),
        logicalSlot('town', { ...INACTIVE, isSynced: true }),
      ];
      const copier = [
        sender({ pid: 7, applicationName: 'pg_16400_sync_16390_7710400000000000001' }),
      ];
      const proposal = makeProposal([
        answer('10.0.0.1', primary({ senders: copier, slots: ignored })),
      ]);
      assert.deepEqual([edges(proposal), proposal.consumers, proposal.warnings], [[], [], []]);
    });

    it('warns of a slot that nobody reads, but not of that of a subscription that is off', () => {
      const idle = answer('10.0.0.1', primary({ slots: [logicalSlot('town', INACTIVE)] }));
      assert.match(
        makeProposal([idle]).warnings.join('\n'),
        /Nobody that was found reads slot town/u,
      );
      const off = { ...town, isEnabled: false, workerPid: null, lastMessageAtMs: null };
      const stopped = answer('10.0.0.9', subscriber({ database: 'town', subscriptions: [off] }));
      const proposal = makeProposal([idle, stopped]);
      assert.deepEqual(edges(proposal), ['logical app -> town seen']);
      assert.deepEqual(proposal.warnings, []);
    });

    it('writes down how the subscriber dials where that is not how we do', () => {
      const publishers = [
        { subscription: 'town', host: 'db-internal', port: 5432, database: 'app' },
      ];
      const [edge] = makeProposal([upper, lower({ publishers })]).edges;
      assert.ok(edge?.kind === 'logical');
      assert.equal(edge.connection, 'host=db-internal port=5432 dbname=app');
      assert.equal(edge.certainty, 'seen');
    });
  });

  describe('of queues', () => {
    const table = { schema: 'app', name: 'pending_sync' };
    const town = subscription('town');
    const slots = [logicalSlot('town', { activePid: 7 })];
    const senders = [sender({ pid: 7, applicationName: 'town' })];
    const upper = answer('10.0.0.1', primary({ slots, senders }));
    const identity = {
      edgeId: 'e',
      drainedAtMs: T0,
      drainer: null,
      drainedTo: { systemIdentifier: SYSTEM, timeline: 1 },
    };

    it('leads to where the last drain went, seen, else to the publisher, guessed', () => {
      const fast = { database: 'town', subscriptions: [town] };
      const facts = { queues: [{ table, shape: 'current' as const }] };
      const drained = answer(
        '10.0.0.9',
        subscriber({ ...fast, queue: queue({ identity }) }),
        facts,
      );
      const fresh = answer('10.0.0.9', subscriber(fast), facts);
      assert.ok(edges(makeProposal([upper, drained])).includes('queue town -> app seen'));
      assert.ok(edges(makeProposal([upper, fresh])).includes('queue town -> app guessed'));
    });

    it('is left out where nothing says where it is drained to', () => {
      const alone = answer('10.0.0.9', subscriber(), { queues: [{ table, shape: 'old' }] });
      const proposal = makeProposal([alone]);
      assert.deepEqual(proposal.edges, []);
      assert.equal(proposal.nodes[0]?.queue, null);
      assert.match(proposal.skipped.join('\n'), /has the queue app\.pending_sync/u);
    });
  });

  describe('of a cluster manager’s list', () => {
    const member = (name: string, host: string, isPrimary: boolean, upstream: string | null) => ({
      source: 'repmgr' as const,
      name,
      host,
      port: 5432,
      upstream,
      isPrimary,
    });
    const members = [
      member('head', '10.0.0.1', true, null),
      member('read', '10.0.0.7', false, 'head'),
      member('far', '10.0.0.8', false, 'read'),
    ];

    it('names nodes, gives addresses, and says who follows whom', () => {
      const senders = [sender({ applicationName: 'read', clientAddress: '10.0.0.7' })];
      const proposal = makeProposal([answer('10.0.0.1', primary({ senders }), { members })]);
      assert.deepEqual(edges(proposal), [
        'streaming head -> read guessed',
        'streaming read -> far guessed',
      ]);
      const read = proposal.nodes.find(({ id }) => id === 'read');
      assert.equal(read?.problem, null);
      assert.equal(read.connection['host'], '10.0.0.7');
    });

    it('is not believed about a server that answers as a primary', () => {
      const stale = [
        member('head', '10.0.0.1', false, 'old'),
        member('old', '10.0.0.5', true, null),
      ];
      const proposal = makeProposal([answer('10.0.0.1', primary(), { members: stale })]);
      assert.deepEqual(edges(proposal), []);
    });
  });

  it('has names that are unique, and edges between nodes that it has, whatever is looked at', () => {
    const names = fc.constantFrom('read', 'walreceiver', 'main', '', '10.0.0.1', 'a/b', 'Größe');
    const look = fc.record({
      host: fc.constantFrom('10.0.0.1', '10.0.0.7', 'db.example.com', '127.0.0.1'),
      start: fc.integer({ min: 1, max: 3 }),
      isStandby: fc.boolean(),
      system: fc.constantFrom('1', '2', null),
      database: fc.constantFrom('app', 'postgres'),
      clusterName: names,
      senderName: names,
      client: fc.constantFrom('10.0.0.7', '127.0.0.1', null),
      slotName: fc.constantFrom('read', 'town'),
      hasSlot: fc.boolean(),
      subscribes: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(look, { maxLength: 5 }), (all) => {
        const looks = all.map((one) => {
          const base = one.isStandby ? standby : primary;
          const slots = one.hasSlot
            ? [slot(one.slotName), logicalSlot('town2', { activePid: 102 })]
            : [];
          return answer(
            one.host,
            base({
              systemIdentifier: one.system,
              database: one.database,
              postmasterStartedAtMs: one.start,
              senders: [
                sender({ applicationName: one.senderName, clientAddress: one.client }),
                sender({ pid: 102, applicationName: 'town2', clientAddress: one.client }),
              ],
              slots,
              subscriptions: one.subscribes && !one.isStandby ? [subscription('town2')] : [],
            }),
            { clusterName: one.clusterName },
          );
        });
        const proposal = makeProposal(looks);
        const ids = proposal.nodes.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length);
        for (const id of ids) assert.match(id, /^[\p{L}\p{N}_.-]+$/u);
        for (const edge of proposal.edges) {
          assert.ok(ids.includes(edge.from) && ids.includes(edge.to), JSON.stringify(edge));
          assert.notEqual(edge.from, edge.to);
          assert.ok(edge.evidence.length > 0);
        }
        const told = [...proposal.skipped, ...proposal.warnings].join('\n');
        assert.ok(!/node:|sender:|address:/u.test(told), told);
        const upstreams = proposal.edges
          .filter(({ kind }) => kind === 'streaming')
          .map(({ to }) => to);
        assert.equal(new Set(upstreams).size, upstreams.length, 'a standby has one upstream');
      }),
      { numRuns: 300 },
    );
  });
});
