import assert from 'node:assert/strict';
import type { PasswordSource } from '../../../../src/core/topology';
import type { LocalEnvironment } from '../../../../src/pg/libpq/environment';
import {
  resolveConnection,
  type ResolvedConnection,
} from '../../../../src/pg/libpq/resolveConnection';
import { EnteredPasswords } from '../../../../src/pg/passwords/enteredPasswords';
import { PasswordFinder, secretKeyOf } from '../../../../src/pg/passwords/passwordFinder';
import { MemorySecrets, nodeAt } from '../../../postgres/pg/support';
import { scratchFolder } from '../scratchFolder';

describe('What a topology file cannot reach', () => {
  const scratch = scratchFolder();

  function environment(variables: Record<string, string> = {}): LocalEnvironment {
    return {
      variables,
      homeDirectory: scratch.path('home'),
      userName: 'nobody',
      platform: 'linux',
    };
  }

  function resolve(params: Record<string, string>): Promise<ResolvedConnection> {
    return resolveConnection({ ...nodeAt({ port: 1 }), connection: params }, environment(), {
      baseDirectory: () => scratch.path('workspace'),
      isAllowed: (_node, path) => path.startsWith(scratch.path('workspace')),
    });
  }

  describe('by a service file of its own', () => {
    it('takes no path from it that it may not take itself', async () => {
      scratch.write('workspace/services', '[s]\nhost=h\nsslrootcert=/etc/passwd\n');
      await assert.rejects(
        resolve({ service: 's', servicefile: 'services' }),
        /sslrootcert names \/etc\/passwd, which is outside the workspace/,
      );
    });

    it('nor follows a link out of the workspace from one', async () => {
      scratch.write('workspace/services', '[s]\nhost=h\npassfile=pass\n');
      const connection = await resolve({ service: 's', servicefile: 'services' });
      assert.equal(connection.passfile.path, scratch.path('workspace', 'pass'));
      assert.equal(connection.passfile.isAllowed('/root/.ssh/id_rsa'), false);
    });
  });

  describe('the password of a service', () => {
    const SERVICE = '[prod]\nhost=db.example.com\nuser=app\npassword=c4n4ry\n';

    beforeEach(() => scratch.write('home/.pg_service.conf', SERVICE));

    it('goes to the server that the service names', async () => {
      for (const params of [
        {},
        { user: 'other' },
        { host: 'db.example.com' },
        { port: '5432' },
      ] as Record<string, string>[]) {
        const connection = await resolve({ service: 'prod', ...params });
        assert.equal(connection.servicePassword, 'c4n4ry', JSON.stringify(params));
        assert.deepEqual(connection.notes, []);
      }
    });

    for (const params of [
      { host: 'evil.example' },
      { hostaddr: '203.0.113.66' },
      { port: '6666' },
      { host: 'db.example.com,evil.example' },
    ]) {
      it(`stays here when the file leads elsewhere: ${JSON.stringify(params)}`, async () => {
        const connection = await resolve({ service: 'prod', ...params });
        assert.equal(connection.servicePassword, null);
        assert.match(connection.notes.join(), /The password of service "prod" .* is not sent/);
        assert.doesNotMatch(JSON.stringify(connection), /c4n4ry/);
      });
    }
  });

  describe('a stored password', () => {
    const auto: PasswordSource = { kind: 'auto' };

    async function found(params: Record<string, string>): Promise<string | null> {
      const secrets = new MemorySecrets();
      const known = await resolve({ host: 'db.example.com', user: 'app', dbname: 'd' });
      for (const target of known.targets) secrets.values.set(secretKeyOf(known, target), 'c4n4ry');
      const finder = new PasswordFinder(secrets, new EnteredPasswords(), environment());
      const connection = await resolve({
        host: 'db.example.com',
        user: 'app',
        dbname: 'd',
        ...params,
      });
      const [target] = connection.targets;
      assert.ok(target !== undefined);
      return (await finder.find({ source: auto, connection, target })).password;
    }

    it('is found for its user, host, port and database', async () => {
      assert.equal(await found({}), 'c4n4ry');
      assert.equal(await found({ host: 'DB.example.com', port: '5432' }), 'c4n4ry');
    });

    for (const params of [
      { host: 'evil.example' },
      { port: '6666' },
      { user: 'other' },
      { dbname: 'other' },
      { hostaddr: '203.0.113.66' },
    ]) {
      it(`is not found with ${JSON.stringify(params)}`, async () => {
        assert.equal(await found(params), null);
      });
    }
  });
});
