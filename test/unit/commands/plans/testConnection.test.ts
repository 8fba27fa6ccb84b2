import assert from 'node:assert/strict';
import { testConnection } from '../../../../src/commands/plans/testConnection';
import { CancelSource } from '../../../../src/core/cancelSource';
import { isLoopback } from '../../../../src/core/endpoint';
import { ServerFailure, type FailureReason } from '../../../../src/core/failure';
import type { ConnectionParams } from '../../../../src/core/topology';
import { declared } from '../../core/describe/makeSnapshot';

const FILE = 'file:///folder/pg-topology.json';

/** Tries a connection for a subscriber on `subscriberHost`; every other address than this machine needs consent. */
async function tried(
  conninfo: ConnectionParams,
  options: {
    readonly subscriberHost?: string;
    readonly approved?: readonly string[];
    readonly fails?: FailureReason;
  } = {},
) {
  const dialled: ConnectionParams[] = [];
  const asked: ConnectionParams[] = [];
  const test = await testConnection(
    {
      gateway: {
        tryReplication: (_id, given) => {
          dialled.push(given);
          const { fails } = options;
          if (fails === undefined) return Promise.resolve({ systemIdentifier: '7' });
          const nothing = { sqlstate: null, serverMessage: null, endpoint: null, user: null };
          const facts = { reason: fails, text: 'No.', advice: null, ...nothing };
          return Promise.reject(new ServerFailure(facts));
        },
      },
      contact: {
        allows: (_id, { connection }) => {
          asked.push(connection);
          const host = connection['host'] ?? '';
          return Promise.resolve(isLoopback(host) || (options.approved ?? []).includes(host));
        },
      },
      endpointsOf: () =>
        Promise.resolve([{ host: options.subscriberHost ?? '127.0.0.1', port: 5432 }]),
      whileReading: async (_title, read) => read(new CancelSource()),
    },
    {
      topologyId: FILE,
      subscriber: declared('genesis'),
      publisher: declared('central'),
      conninfo,
    },
  );
  return { test, dialled, asked };
}

describe('trying the address of a publisher', () => {
  it('dials what may be dialled from here, and tells who answered', async () => {
    const conninfo = { host: 'db.internal', port: '5433', user: 'replication_user' };
    const { test, dialled } = await tried(conninfo, { approved: ['db.internal'] });
    assert.deepEqual(test, { kind: 'passed', systemIdentifier: '7' });
    assert.deepEqual(dialled, [conninfo]);
  });

  it('hands on why it failed', async () => {
    const { test } = await tried({ host: 'localhost' }, { fails: 'passwordRefused' });
    assert.equal(test.kind === 'failed' && test.failure.reason, 'passwordRefused');
  });

  it('tells nobody when the user gave up', async () => {
    await assert.rejects(tried({ host: 'localhost' }, { fails: 'cancelled' }));
  });

  it('shows the password to the publisher alone', async () => {
    const { dialled, asked } = await tried({ host: 'localhost', password: 'c4n4ry' });
    assert.equal(dialled[0]?.['password'], 'c4n4ry');
    assert.doesNotMatch(JSON.stringify(asked), /c4n4ry/u);
  });

  const untried: readonly [string, ConnectionParams, string | undefined, RegExp][] = [
    [
      'that nobody approved',
      { host: 'db.internal', port: '5433' },
      undefined,
      /^db\.internal:5433 was not approved from this folder\.$/u,
    ],
    [
      'with a password file of another host',
      { host: 'localhost', passfile: '/home/postgres/.pgpass' },
      undefined,
      /^Its passfile is on the host of genesis and is not read from here\.$/u,
    ],
    [
      'with a certificate of another host',
      { host: 'localhost', sslcert: '/c', sslkey: '/k' },
      undefined,
      /^Its sslcert is on the host of genesis/u,
    ],
    [
      'of a service file of another host',
      { service: 'central' },
      undefined,
      /^Its service is on the host of genesis/u,
    ],
    [
      'that means another machine there',
      { host: 'localhost' },
      'genesis.example.com',
      /^On the host of genesis "localhost" is another machine than here\.$/u,
    ],
    [
      'of a socket there',
      { host: '/var/run/postgresql' },
      'genesis.example.com',
      /^On the host of genesis "\/var\/run\/postgresql" is another machine than here\.$/u,
    ],
  ];
  for (const [what, conninfo, subscriberHost, why] of untried) {
    it(`dials nothing ${what}, and says so`, async () => {
      const { test, dialled } = await tried(
        conninfo,
        subscriberHost === undefined ? {} : { subscriberHost },
      );
      assert.deepEqual(dialled, []);
      assert.match(test.kind === 'notTried' ? test.why : test.kind, why);
    });
  }
});
