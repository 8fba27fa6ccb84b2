import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { secretKey } from '../../../src/core/secretKey';
import type { PasswordSource } from '../../../src/core/topology';
import type { PgNodeGateway } from '../../../src/pg/pgNodeGateway';
import type { Cluster } from '../../clusters/cluster';
import { Clusters } from '../../clusters/clusters';
import { forEachMajor } from '../../clusters/majors';
import {
  failureOf,
  makePatientGateway,
  MemoryLog,
  MemorySecrets,
  never,
  nodeAt,
  PATIENT,
  reasonOf,
} from './support';

const RIGHT = 'c4n4ry-r1ght:\\ password';
const WRONG = 'c4n4ry-wr0ng';

forEachMajor('Passwords', function (major) {
  let clusters: Clusters;
  let server: Cluster;
  let home: string;
  let secrets: MemorySecrets;
  let log: MemoryLog;

  before(async function () {
    clusters = new Clusters(major);
    server = await (await clusters.add('genesis')).start();
    await server.query(
      `CREATE ROLE monitor LOGIN PASSWORD '${RIGHT.replaceAll('\\', '\\\\')}'`.replace(
        "PASSWORD '",
        "PASSWORD E'",
      ),
    );
    await server.query('CREATE ROLE guest LOGIN');
    await server.setHba([
      'host all postgres,guest 127.0.0.1/32 trust',
      'host all all 127.0.0.1/32 scram-sha-256',
    ]);
  });

  after(async () => {
    await clusters.stop();
  });

  beforeEach(() => {
    home = fs.mkdtempSync(path.join(os.tmpdir(), 'pgt-home-'));
    secrets = new MemorySecrets();
    log = new MemoryLog();
  });

  afterEach(() => {
    fs.rmSync(home, { recursive: true, force: true });
    assert.ok(!log.lines.join('\n').includes('c4n4ry'));
  });

  function gatewayWith(variables: Record<string, string> = {}): PgNodeGateway {
    return makePatientGateway({
      secrets,
      log,
      environment: {
        variables: { ...PATIENT, ...variables },
        homeDirectory: home,
        userName: 'nobody',
        platform: process.platform,
      },
    });
  }

  const node = (passwordSource: PasswordSource = { kind: 'auto' }, user = 'monitor') =>
    nodeAt(server, { id: 'genesis', passwordSource, params: { user } });

  const key = (): string =>
    secretKey({ user: 'monitor', host: '127.0.0.1', port: server.port, database: 'postgres' });

  function writePassfile(password: string, mode = 0o600): void {
    const escaped = password.replace(/[\\:]/g, '\\$&');
    const file = path.join(home, '.pgpass');
    fs.writeFileSync(file, `127.0.0.1:${server.port}:*:monitor:${escaped}\n`);
    fs.chmodSync(file, mode);
  }

  async function opens(gateway: PgNodeGateway, source?: PasswordSource): Promise<string> {
    try {
      const session = await gateway.open(node(source), never());
      await session.readFast(never());
      await session.close();
      return 'open';
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Logins that the server refused so far. */
  const refusals = (): number =>
    server.readLog().split('password authentication failed for user "monitor"').length - 1;

  it('F17: without one the node needs a password, and says which user’s', async () => {
    const facts = await failureOf(gatewayWith().open(node(), never()));
    assert.equal(facts.reason, 'passwordNeeded');
    assert.equal(facts.text, 'genesis needs a password for monitor.');
    assert.equal(facts.user, 'monitor');
  });

  it('auto looks in the secret store, PGPASSWORD, then the passfile', async () => {
    writePassfile(RIGHT);
    assert.equal(await opens(gatewayWith()), 'open');
    assert.equal(await opens(gatewayWith({ PGPASSWORD: WRONG })), 'passwordRefused');
    secrets.values.set(key(), RIGHT);
    assert.equal(await opens(gatewayWith({ PGPASSWORD: WRONG })), 'open');
  });

  it('any other source means that one alone', async () => {
    writePassfile(RIGHT);
    secrets.values.set(key(), RIGHT);
    const everywhere = gatewayWith({ PGPASSWORD: RIGHT, MINE: RIGHT });
    assert.equal(await opens(everywhere, { kind: 'prompt' }), 'passwordNeeded');
    assert.equal(await opens(everywhere, { kind: 'env', variable: 'MINE' }), 'open');
    assert.equal(await opens(everywhere, { kind: 'pgpass' }), 'open');
    assert.equal(await opens(everywhere, { kind: 'secret' }), 'open');
    secrets.values.clear();
    assert.equal(await opens(everywhere, { kind: 'secret' }), 'passwordNeeded');
    fs.rmSync(path.join(home, '.pgpass'));
    assert.equal(await opens(everywhere, { kind: 'pgpass' }), 'passwordNeeded');
  });

  it('the environment of this very process is not asked behind our back', async () => {
    process.env['PGPASSWORD'] = RIGHT;
    try {
      assert.equal(await opens(gatewayWith()), 'passwordNeeded');
    } finally {
      delete process.env['PGPASSWORD'];
    }
  });

  it('I21: a variable that is not set is named', async () => {
    const facts = await failureOf(
      gatewayWith().open(node({ kind: 'env', variable: 'GENESIS_PASSWORD' }), never()),
    );
    assert.equal(facts.reason, 'configuration');
    assert.match(
      facts.text,
      /environment variable GENESIS_PASSWORD is not set \(VS Code was started without it\)/,
    );
  });

  it('a passfile that others may read is ignored, with a note', async () => {
    writePassfile(RIGHT, 0o644);
    assert.equal(await opens(gatewayWith()), 'passwordNeeded');
    assert.match(log.lines.join('\n'), /has group or world access/);
  });

  it('no source is asked when the server wants no password', async () => {
    const session = await gatewayWith().open(node({ kind: 'secret' }, 'guest'), never());
    await session.close();
    assert.equal(secrets.reads, 0);
  });

  it('F16: a refused password is sent once, and again only after a change or on demand', async () => {
    secrets.values.set(key(), WRONG);
    const gateway = gatewayWith();
    const before = refusals();
    const facts = await failureOf(gateway.open(node(), never()));
    assert.equal(
      `${facts.text} ${facts.advice}`,
      'Password refused for monitor on genesis (28P01). It is asked for once; polling of genesis is paused.',
    );
    for (let poll = 0; poll < 5; poll += 1) assert.equal(await opens(gateway), 'passwordRefused');
    assert.equal(refusals(), before + 1);

    await gateway.retryAuthentication(node());
    assert.equal(await opens(gateway), 'passwordRefused');
    assert.equal(refusals(), before + 2);

    secrets.values.set(key(), RIGHT);
    assert.equal(await opens(gateway), 'open');
    assert.equal(refusals(), before + 2);
  });

  it('F16: a live session goes on after the password was changed', async () => {
    secrets.values.set(key(), RIGHT);
    const gateway = gatewayWith();
    const session = await gateway.open(node(), never());
    await server.query(`ALTER ROLE monitor PASSWORD 'another'`);
    try {
      await session.readFast(never());
      assert.equal(await opens(gateway), 'passwordRefused');
      await session.readFast(never());
    } finally {
      await server.query(`ALTER ROLE monitor PASSWORD E'${RIGHT.replaceAll('\\', '\\\\')}'`);
      await session.close();
    }
  });

  it('an entered password is kept only when it worked', async () => {
    const gateway = gatewayWith();
    secrets.values.set(key(), 'the old one');
    const facts = await failureOf(gateway.enterPassword(node(), WRONG));
    assert.equal(facts.reason, 'passwordRefused');
    assert.equal(secrets.values.get(key()), 'the old one');
    assert.equal(await gateway.enterPassword(node(), RIGHT), 'kept');
    assert.deepEqual([...secrets.values], [[key(), RIGHT]]);
    assert.equal(await opens(gateway), 'open');
  });

  it('entering the right one ends a remembered refusal', async () => {
    const gateway = gatewayWith();
    secrets.values.set(key(), WRONG);
    assert.equal(await opens(gateway), 'passwordRefused');
    await gateway.enterPassword(node(), RIGHT);
    assert.equal(await opens(gateway), 'open');
  });

  it('prompt keeps it for this window alone, and forgetting deletes it everywhere', async () => {
    const gateway = gatewayWith();
    const prompted: PasswordSource = { kind: 'prompt' };
    assert.equal(await gateway.enterPassword(node(prompted), RIGHT), 'kept');
    assert.equal(secrets.values.size, 0);
    assert.equal(await opens(gateway, prompted), 'open');
    assert.equal(await opens(gatewayWith(), prompted), 'passwordNeeded');
    await gateway.forgetPassword(node(prompted));
    assert.equal(await opens(gateway, prompted), 'passwordNeeded');

    await gateway.enterPassword(node(), RIGHT);
    await gateway.forgetPassword(node());
    assert.equal(secrets.values.size, 0);
    assert.equal(await opens(gateway), 'passwordNeeded');
  });

  it('nothing is kept when the server did not ask', async () => {
    const gateway = gatewayWith();
    assert.equal(await gateway.enterPassword(node({ kind: 'auto' }, 'guest'), RIGHT), 'notNeeded');
    assert.equal(secrets.values.size, 0);
  });

  it('a changed host does not get the password of the other', async () => {
    secrets.values.set(key(), RIGHT);
    const elsewhere = nodeAt(server, { params: { user: 'monitor', host: 'localhost' } });
    const facts = await failureOf(gatewayWith().open(elsewhere, never()));
    assert.equal(facts.reason, 'passwordNeeded');
  });
});
