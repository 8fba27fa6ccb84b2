import assert from 'node:assert/strict';
import type { TopologyNode } from '../../../../src/core/topology';
import type { LocalEnvironment } from '../../../../src/pg/libpq/environment';
import {
  resolveConnection,
  type ResolvedConnection,
} from '../../../../src/pg/libpq/resolveConnection';
import { nodeAt } from '../../../postgres/pg/support';
import { scratchFolder } from '../scratchFolder';

describe('resolveConnection', () => {
  const scratch = scratchFolder();

  function environment(variables: Record<string, string> = {}): LocalEnvironment {
    return {
      variables,
      homeDirectory: scratch.path('home'),
      userName: 'robbie',
      platform: 'linux',
    };
  }

  function node(params: Record<string, string>): TopologyNode {
    return { ...nodeAt({ port: 1 }), connection: params };
  }

  function resolve(
    params: Record<string, string>,
    variables?: Record<string, string>,
  ): Promise<ResolvedConnection> {
    return resolveConnection(node(params), environment(variables), {
      baseDirectory: () => scratch.path('workspace'),
      isAllowed: (_node, path) => path.startsWith(scratch.path('workspace')),
    });
  }

  const endpoints = (connection: ResolvedConnection): unknown =>
    connection.targets.map(({ endpoint }) => `${endpoint.host}:${endpoint.port}`);

  it('falls back to libpq’s defaults: system user, its database, port 5432', async () => {
    const connection = await resolve({ host: 'h' });
    assert.equal(connection.user, 'robbie');
    assert.equal(connection.database, 'robbie');
    assert.deepEqual(endpoints(connection), ['h:5432']);
    assert.equal(connection.connectTimeoutMs, 5_000);
    assert.equal(connection.sslmode, null);
  });

  it('refuses to send anything in clear to another machine in production, wherever the mode was said', async () => {
    const policy = { baseDirectory: () => null, isAllowed: () => true };
    const inProduction = (
      params: Record<string, string>,
      variables: Record<string, string> = {},
    ): Promise<ResolvedConnection> =>
      resolveConnection(
        { ...node(params), environment: 'production' },
        environment(variables),
        policy,
      );
    const refusal = /in clear, which is refused in production/;
    await assert.rejects(inProduction({ host: 'db.example.com', sslmode: 'disable' }), refusal);
    await assert.rejects(
      inProduction({ host: 'db.example.com' }, { PGSSLMODE: 'disable' }),
      refusal,
    );
    await inProduction({ host: '127.0.0.1', sslmode: 'disable' });
    await inProduction({ host: 'db.example.com' });
    await resolve({ host: 'db.example.com', sslmode: 'disable' });
  });

  it('takes each value from the first that says it: file, service, environment', async () => {
    scratch.write('home/.pg_service.conf', '[s]\nhost=service\nport=6001\nuser=service-user\n');
    const variables = { PGHOST: 'env', PGPORT: '7001', PGUSER: 'env-user', PGDATABASE: 'env-db' };
    const connection = await resolve({ host: 'file', service: 's' }, variables);
    assert.deepEqual(endpoints(connection), ['file:6001']);
    assert.equal(connection.user, 'service-user');
    assert.equal(connection.database, 'env-db');
  });

  it('finds the service by PGSERVICE, in PGSERVICEFILE, then in PGSYSCONFDIR', async () => {
    const own = scratch.write('own.conf', '[a]\nhost=own-a\n');
    scratch.write('system/pg_service.conf', '[a]\nhost=system-a\n[b]\nhost=system-b\n');
    const variables = { PGSERVICEFILE: own, PGSYSCONFDIR: scratch.path('system') };
    assert.deepEqual(endpoints(await resolve({}, { ...variables, PGSERVICE: 'a' })), [
      'own-a:5432',
    ]);
    assert.deepEqual(endpoints(await resolve({ service: 'b' }, variables)), ['system-b:5432']);
  });

  it('says that a service is not found, or that its file is missing', async () => {
    await assert.rejects(resolve({ service: 'x' }), /definition of service "x" not found/);
    const missing = scratch.path('none.conf');
    await assert.rejects(
      resolve({ service: 'x' }, { PGSERVICEFILE: missing }),
      new RegExp(`service file ${missing} does not exist`),
    );
  });

  it('keeps the password of a service apart, and its notes with the file', async () => {
    const file = scratch.write('home/.pg_service.conf', '[s]\npassword=secret\nbogus=1\n');
    const connection = await resolve({ host: 'h', service: 's' });
    assert.equal(connection.servicePassword, 'secret');
    assert.deepEqual(connection.notes, [
      `${file}: Line 3: "bogus" is no keyword; the line is ignored.`,
    ]);
  });

  it('takes paths of the file only inside the workspace, relative ones from its folder', async () => {
    const connection = await resolve({ host: 'h', sslrootcert: 'tls/root.crt' });
    const root = connection.tlsFiles.rootCert;
    assert.ok(root !== 'system');
    assert.equal(root.path, scratch.path('workspace', 'tls', 'root.crt'));
    assert.equal(root.isDefault, false);
    assert.equal(root.isAllowed('/etc/passwd'), false);
    await assert.rejects(
      resolve({ host: 'h', sslrootcert: '/etc/passwd' }),
      /sslrootcert names \/etc\/passwd, which is outside the workspace and was not approved/,
    );
    await assert.rejects(
      resolve({ host: 'h', passfile: '../../pass' }),
      /passfile names .* outside the workspace/,
    );
    await assert.rejects(
      resolve({ host: 'h', sslkey: '\\\\evil\\share\\key' }),
      /is on another machine and is never opened/,
    );
  });

  it('trusts paths of the user’s own environment and service file', async () => {
    const connection = await resolve({ host: 'h' }, { PGSSLROOTCERT: '/etc/ssl/root.crt' });
    const root = connection.tlsFiles.rootCert;
    assert.ok(root !== 'system');
    assert.equal(root.path, '/etc/ssl/root.crt');
    assert.equal(root.isAllowed('/anywhere'), true);
  });

  it('looks for certificates and passfile where libpq does', async () => {
    const { tlsFiles, passfile } = await resolve({ host: 'h' });
    assert.ok(tlsFiles.rootCert !== 'system');
    assert.equal(tlsFiles.rootCert.path, scratch.path('home', '.postgresql', 'root.crt'));
    assert.equal(tlsFiles.key.path, scratch.path('home', '.postgresql', 'postgresql.key'));
    assert.equal(passfile.path, scratch.path('home', '.pgpass'));
    assert.equal((await resolve({ sslrootcert: 'system' })).tlsFiles.rootCert, 'system');
  });

  it('always has a time limit, and libpq’s least of two seconds', async () => {
    const limitOf = async (value: string): Promise<number> =>
      (await resolve({ connect_timeout: value })).connectTimeoutMs;
    assert.equal(await limitOf('0'), 5_000);
    assert.equal(await limitOf('1'), 2_000);
    assert.equal(await limitOf('9'), 9_000);
    assert.equal(await limitOf('99999'), 60_000);
    await assert.rejects(limitOf('soon'), /connect_timeout "soon"/);
  });

  it('refuses an unknown target_session_attrs', async () => {
    await assert.rejects(resolve({ target_session_attrs: 'master' }), /"master" is none of any/);
  });
});
