import assert from 'node:assert/strict';
import { suggestName, validateName } from '../../../../src/commands/plans/names';
import {
  asDeclared,
  connectionItems,
  NO_ANSWERS,
  PASSWORD_SECRET,
  slotNameOf,
  toSubscriptionRequest,
  validateAddress,
  writeParams,
  type SignIn,
  type SubscriptionAnswers,
} from '../../../../src/commands/plans/subscriptionAnswers';
import {
  subscriptionChoices,
  withoutRivals,
} from '../../../../src/commands/plans/subscriptionChoices';
import { catalog, slotFacts } from '../../core/plan/catalogs';
import { parseConnectionString } from '../../../../src/core/connectionString';

const node = { topologyId: 'file:///t', nodeId: 'genesis' };
const publisher = { topologyId: 'file:///t', nodeId: 'central' };
const notTried = { kind: 'notTried', why: 'No.' } as const;

function answers(signIn: SignIn): SubscriptionAnswers {
  return {
    ...NO_ANSWERS,
    node,
    publisher,
    publications: ['jobs_pub'],
    address: 'host=db.internal port=5433 dbname=app',
    user: 'replication_user',
    signIn,
    name: 'Jobs-Sub',
  };
}

/** As `keyword=value`, a secret by its name alone. */
function items(signIn: SignIn): readonly string[] {
  return connectionItems(answers(signIn)).map(({ keyword, value }) =>
    typeof value === 'string' ? `${keyword}=${value}` : `${keyword}=<${value.secret}>`,
  );
}

const ADDRESS = ['host=db.internal', 'port=5433', 'dbname=app', 'user=replication_user'];

describe('answers about a subscription', () => {
  it('make the connection as the subscriber dials', () => {
    assert.deepEqual(items({ kind: 'none' }), ADDRESS);
    assert.deepEqual(items({ kind: 'passfile', path: '/p' }), [...ADDRESS, 'passfile=/p']);
    assert.deepEqual(items({ kind: 'service', name: 's' }), [...ADDRESS, 'service=s']);
    assert.deepEqual(items({ kind: 'certificate', certificate: '/c', key: '/k' }), [
      ...ADDRESS,
      'sslcert=/c',
      'sslkey=/k',
    ]);
  });

  it('name the password and never hold it in the request', () => {
    const given = answers({ kind: 'password', password: 'c4n4ry' });
    assert.deepEqual(items({ kind: 'password', password: 'c4n4ry' }), [
      ...ADDRESS,
      `password=<${PASSWORD_SECRET}>`,
    ]);
    const request = toSubscriptionRequest(given, notTried);
    assert.doesNotMatch(JSON.stringify(request), /c4n4ry/u);
  });

  it('derive the slot from the name', () => {
    const request = toSubscriptionRequest(answers({ kind: 'none' }), notTried);
    assert.equal(request?.slotName, 'jobs_sub');
    assert.equal(request.usesExistingSlot, false);
    assert.equal(request.copyData, true);
  });

  it('attach to a slot that was chosen', () => {
    const slot = { name: 'old_slot', isReused: true };
    const request = toSubscriptionRequest({ ...answers({ kind: 'none' }), slot }, notTried);
    assert.equal(request?.slotName, 'old_slot');
    assert.equal(request.usesExistingSlot, true);
  });

  it('are no request while one is missing', () => {
    const open = { ...answers({ kind: 'none' }), name: null };
    assert.equal(toSubscriptionRequest(open, notTried), null);
  });

  it('take over what the file declares', () => {
    const declared = {
      name: 'jobs_sub',
      publisher: 'central',
      publications: ['jobs_pub'],
      connection: "host=db.internal user='a b' passfile=/p",
      slotName: 'other_slot',
      options: { copyData: false, disableOnError: true },
    };
    const given = asDeclared({ ...NO_ANSWERS, node }, declared);
    const request = toSubscriptionRequest(given, notTried);
    assert.deepEqual(request, {
      nodeId: 'genesis',
      name: 'jobs_sub',
      publisherId: 'central',
      publications: ['jobs_pub'],
      connection: [
        { keyword: 'host', value: 'db.internal' },
        { keyword: 'passfile', value: '/p' },
        { keyword: 'user', value: 'a b' },
      ],
      connectionTest: notTried,
      slotName: 'other_slot',
      usesExistingSlot: false,
      copyData: false,
      options: { disableOnError: true },
    });
    assert.equal(slotNameOf(given), 'other_slot');
  });

  it('carry what was chosen into the request; what was not chosen is as usual', () => {
    const plainAnswers = { ...answers({ kind: 'none' }), name: 'jobs_sub' };
    const usual = toSubscriptionRequest(plainAnswers, notTried);
    assert.deepEqual(
      [usual?.copyData, usual?.usesExistingSlot, usual?.options, usual?.createsMissingTables],
      [true, false, {}, undefined],
    );
    const all = subscriptionChoices(
      catalog('genesis'),
      catalog('central', {
        slots: [slotFacts('left_over'), slotFacts('busy', { isActive: true })],
      }),
    );
    const choices = ['copyData=false', 'probe', 'streaming=parallel', 'slot=left_over'].flatMap(
      (id) => all.filter((choice) => choice.id === id),
    );
    assert.equal(choices.length, 4);
    const chosen = toSubscriptionRequest(
      { ...plainAnswers, choices, createsTables: true },
      notTried,
    );
    assert.deepEqual(
      {
        copyData: chosen?.copyData,
        slotName: chosen?.slotName,
        usesExistingSlot: chosen?.usesExistingSlot,
        options: chosen?.options,
        createsMissingTables: chosen?.createsMissingTables,
        probesConnection: chosen?.probesConnection,
      },
      {
        copyData: false,
        slotName: 'left_over',
        usesExistingSlot: true,
        options: { streaming: 'parallel' },
        createsMissingTables: true,
        probesConnection: true,
      },
    );
  });

  it('offer what the version of the subscriber has, and slots that can be attached to', () => {
    const offered = (versionNum: number) =>
      subscriptionChoices(
        catalog('genesis', { server: { versionNum } }),
        catalog('central', { slots: [slotFacts('busy', { isActive: true })] }),
      ).map(({ id }) => id);
    assert.deepEqual(offered(140_000), [
      'copyData=false',
      'probe',
      'enabled=false',
      'binary=true',
      'streaming=on',
      'synchronousCommit=on',
      'synchronousCommit=local',
      'synchronousCommit=remote_write',
      'synchronousCommit=remote_apply',
    ]);
    const added = (from: number, to: number) =>
      offered(to).filter((id) => !offered(from).includes(id));
    assert.deepEqual(added(140_000, 150_000), ['disableOnError=true', 'twoPhase=true']);
    assert.deepEqual(added(150_000, 160_000), [
      'streaming=parallel',
      'origin=none',
      'runAsOwner=true',
      'passwordRequired=false',
    ]);
    assert.deepEqual(added(160_000, 170_000), ['failover=true']);
    assert.deepEqual(added(170_000, 180_000), ['streaming=off']);
  });

  it('keep of two rivals the one that was ticked last', () => {
    const all = subscriptionChoices(catalog('genesis'), catalog('central'));
    const [on, parallel, binary] = ['streaming=on', 'streaming=parallel', 'binary=true'].map((id) =>
      all.filter((choice) => choice.id === id),
    );
    assert.ok(on !== undefined && parallel !== undefined && binary !== undefined);
    const before = [...binary, ...on];
    assert.deepEqual(withoutRivals([...before, ...parallel], before), [...binary, ...parallel]);
    assert.deepEqual(withoutRivals(before, before), before);
  });
});

describe('the address of a publisher', () => {
  it('is taken in either notation of libpq', () => {
    assert.equal(validateAddress('host=db port=5433 dbname=app'), null);
    assert.equal(validateAddress('postgresql://db:5433/app'), null);
    assert.equal(validateAddress('service=central'), null);
  });

  it('holds no password, and says where', () => {
    const problem = 'Leave the password out: how to sign in is asked next.';
    assert.equal(validateAddress('host=db password=c4n4ry'), problem);
    assert.equal(validateAddress('postgresql://u:c4n4ry@db/app'), problem);
  });

  it('says what is wrong with it', () => {
    assert.match(validateAddress('') ?? '', /empty/u);
    assert.match(validateAddress('dbname=app') ?? '', /host=/u);
    assert.notEqual(validateAddress('host db'), null);
  });

  it('is written so that it reads back the same', () => {
    const params = { host: '/var/run/pg', port: '5432', dbname: `it's a "db"\\ of` };
    const text = writeParams(params);
    assert.match(text, /^host=\/var\/run\/pg port=5432 dbname='/u);
    assert.deepEqual({ ...parseConnectionString(text).params }, params);
  });
});

describe('names of what is created', () => {
  it('are suggested from a table, and not twice', () => {
    assert.equal(suggestName('jobs', 'pub', []), 'jobs_pub');
    assert.equal(suggestName('Großer Tisch!', 'sub', []), 'gro_er_tisch_sub');
    assert.equal(suggestName('jobs', 'pub', ['jobs_pub', 'jobs_pub_2']), 'jobs_pub_3');
    assert.equal(suggestName('---', 'pub', []), 'pub');
    assert.ok(suggestName('x'.repeat(200), 'pub', []).length <= 63);
  });

  it('hold letters, digits and _, in at most 63 bytes', () => {
    assert.equal(validateName('jobs_pub'), null);
    assert.equal(validateName('Größe_2'), null);
    assert.equal(validateName(''), 'A name is needed.');
    assert.equal(validateName('a b'), 'Use letters, digits and _ only.');
    assert.equal(validateName('"; drop'), 'Use letters, digits and _ only.');
    assert.equal(validateName('x'.repeat(63)), null);
    assert.match(validateName('ö'.repeat(32)) ?? '', /^Postgres cuts names after 63 bytes/u);
  });
});
