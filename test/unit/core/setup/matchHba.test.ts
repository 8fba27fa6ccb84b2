import assert from 'node:assert/strict';
import { hbaLine, rulePlace, ruleText } from '../../../../src/core/setup/hbaText';
import { matchHba, type HbaTarget } from '../../../../src/core/setup/matchHba';
import type { HbaRule } from '../../../../src/core/setup/setupFacts';

/** `host all all 10.0.0.0 255.0.0.0 md5`; a rule of its own for each test. */
function rule(text: string, change: Partial<HbaRule> = {}): HbaRule {
  const [type = '', databases = '', users = '', ...rest] = text.split(' ');
  const method = rest.at(-1) ?? '';
  const [address = null, netmask = null] = rest.slice(0, -1);
  return {
    line: 1,
    file: null,
    type,
    databases: databases.split(','),
    users: users.split(','),
    address,
    netmask,
    method,
    error: null,
    ...change,
  };
}

const TARGET: HbaTarget = {
  type: 'host',
  database: 'app',
  user: 'streamer',
  memberOf: ['streamer', 'readers'],
  address: '10.1.2.3',
  isTls: true,
  isPhysical: false,
};

function fit(text: string, change: Partial<HbaTarget> = {}): string {
  return matchHba([rule(text)], { ...TARGET, ...change }).kind;
}

describe('matchHba', () => {
  it('the first rule that fits decides, one with an error never', () => {
    const rules = [
      rule('host all all all trust', { error: 'bad' }),
      rule('host other all all trust', { line: 2 }),
      rule('host app streamer all md5', { line: 3 }),
      rule('host all all all reject', { line: 4 }),
    ];
    const match = matchHba(rules, TARGET);
    assert.deepEqual(match.kind === 'rule' ? match.rule.line : match.kind, 3);
    assert.equal(matchHba([], TARGET).kind, 'none');
  });

  it('how it is connected', () => {
    assert.equal(fit('local all all trust'), 'none');
    assert.equal(fit('local all all trust', { type: 'local', address: null }), 'rule');
    assert.equal(fit('host all all all trust', { type: 'local' }), 'none');
    assert.equal(fit('hostssl all all all md5'), 'rule');
    assert.equal(fit('hostssl all all all md5', { isTls: false }), 'none');
    assert.equal(fit('hostnossl all all all md5'), 'none');
    assert.equal(fit('hostnossl all all all md5', { isTls: false }), 'rule');
    assert.equal(fit('hostgssenc all all all md5'), 'none');
    assert.equal(fit('hostnogssenc all all all md5'), 'rule');
  });

  it('databases: a subscription’s connection has one, a standby’s is "replication"', () => {
    assert.equal(fit('host app,other all all md5'), 'rule');
    assert.equal(fit('host other all all md5'), 'none');
    assert.equal(fit('host replication all all md5'), 'none');
    assert.equal(fit('host replication all all md5', { database: 'replication' }), 'none');
    assert.equal(fit('host replication all all md5', { isPhysical: true }), 'rule');
    assert.equal(fit('host all all all md5', { isPhysical: true }), 'none');
    assert.equal(fit('host app all all md5', { isPhysical: true }), 'none');
    assert.equal(fit('host sameuser all all md5'), 'none');
    assert.equal(fit('host sameuser all all md5', { database: 'streamer' }), 'rule');
    assert.equal(fit('host samerole all all md5', { database: 'readers' }), 'rule');
    assert.equal(fit('host samegroup all all md5'), 'none');
    assert.equal(fit('host samerole all all md5', { memberOf: null }), 'unknown');
    assert.equal(fit('host /^ap+ all all md5'), 'unknown');
    assert.equal(fit('host /^ap.*$ all all md5'), 'rule');
  });

  it('users: names, groups and patterns', () => {
    assert.equal(fit('host all streamer all md5'), 'rule');
    assert.equal(fit('host all Streamer all md5'), 'none');
    assert.equal(fit('host all +readers all md5'), 'rule');
    assert.equal(fit('host all +writers all md5'), 'none');
    assert.equal(fit('host all +readers all md5', { memberOf: null }), 'unknown');
    assert.equal(fit('host all /^stream.*$ all md5'), 'rule');
    assert.equal(fit('host all /eam all md5'), 'rule');
    assert.equal(fit('host all /^eam all md5'), 'none');
    assert.equal(fit('host all /(a+)+$ all md5'), 'unknown');
    assert.equal(fit('host all /.*.*.*x all md5'), 'unknown');
  });

  it('addresses: networks, host names, the server’s own', () => {
    assert.equal(fit('host all all 10.0.0.0 255.0.0.0 md5'), 'rule');
    assert.equal(fit('host all all 10.1.2.3 255.255.255.255 md5'), 'rule');
    assert.equal(fit('host all all 10.1.2.4 255.255.255.255 md5'), 'none');
    assert.equal(fit('host all all 10.1.2.128 255.255.255.128 md5'), 'none');
    assert.equal(fit('host all all 0.0.0.0 0.0.0.0 md5'), 'rule');
    assert.equal(fit('host all all :: :: md5'), 'none');
    const v6 = { address: '2001:db8::5' };
    assert.equal(fit('host all all :: :: md5', v6), 'rule');
    assert.equal(fit('host all all 2001:db8:: ffff:ffff:: md5', v6), 'rule');
    assert.equal(fit('host all all 2001:db9:: ffff:ffff:: md5', v6), 'none');
    assert.equal(fit('host all all 0.0.0.0 0.0.0.0 md5', v6), 'none');
    assert.equal(fit('host all all db.example.com md5'), 'unknown');
    assert.equal(fit('host all all samehost md5'), 'unknown');
    assert.equal(fit('host all all samehost md5', { address: '127.0.0.1' }), 'rule');
    assert.equal(fit('host all all samenet md5', { address: '::1' }), 'rule');
    assert.equal(fit('host all all 10.0.0.0 255.0.0.0 md5', { address: null }), 'unknown');
    assert.equal(fit('host all all all md5', { address: null }), 'rule');
  });

  it('what is not known hides what comes after, unless it cannot fit anyway', () => {
    const rules = [rule('host all all db.example.com md5'), rule('host all all all trust')];
    assert.equal(matchHba(rules, TARGET).kind, 'unknown');
    const other = [rule('host other all db.example.com md5'), rule('host all all all trust')];
    assert.equal(matchHba(other, TARGET).kind, 'rule');
  });
});

describe('lines of pg_hba.conf', () => {
  it('to paste', () => {
    const line = { database: 'app', user: 'streamer', address: '10.0.0.5', isTls: true };
    assert.equal(hbaLine(line), 'hostssl app streamer 10.0.0.5/32 scram-sha-256');
    assert.equal(
      hbaLine({ ...line, database: 'replication', address: '2001:db8::5', isTls: false }),
      'host replication streamer 2001:db8::5/128 scram-sha-256',
    );
    assert.equal(
      hbaLine({ ...line, database: 'my app', user: 'all', address: '<address of edge>' }),
      'hostssl "my app" "all" <address of edge> scram-sha-256',
    );
  });

  it('as they are', () => {
    const found = rule('host app,other +readers 10.0.0.0 255.0.0.0 md5', { line: 12 });
    assert.equal(ruleText(found), 'host app,other +readers 10.0.0.0 255.0.0.0 md5');
    assert.equal(rulePlace(found), 'line 12 of pg_hba.conf');
    assert.equal(rulePlace({ ...found, file: '/etc/pg/extra.conf' }), 'line 12 of extra.conf');
  });
});
