import assert from 'node:assert/strict';
import type { ChangeGateway } from '../../../src/core/ports/changeGateway';
import type { DiscoveryGateway } from '../../../src/core/ports/discoveryGateway';
import type { NodeGateway } from '../../../src/core/ports/nodeGateway';
import type { Passwords } from '../../../src/core/ports/passwords';
import { ServersOnDemand, type LoadedServers } from '../../../src/pg/serversOnDemand';
import { node } from '../core/join/builders';

const never = (): never => {
  throw new Error('Not in this test.');
};

/** What speaks to servers, telling what was asked of it. */
function loaded(asked: string[]): LoadedServers {
  const watching: NodeGateway & Passwords = {
    endpointsOf: () => {
      asked.push('endpointsOf');
      return Promise.resolve([{ host: '127.0.0.1', port: 5432 }]);
    },
    open: never,
    enterPassword: never,
    forgetPassword: never,
    storeKeysOf: never,
    retryAuthentication: never,
  };
  const changes: ChangeGateway = {
    userOf: () => {
      asked.push('userOf');
      return Promise.resolve('monitor');
    },
    openChange: never,
    tryReplication: never,
  };
  const discovery: DiscoveryGateway = { endpointsOf: never, look: never, readMembers: never };
  const drains = { openDrain: never };
  return { watching, changes, drains, discovery, selections: { runSelection: never } };
}

describe('What speaks to servers', () => {
  const central = node('central');

  it('is loaded by the first question, once for all of them', async () => {
    const asked: string[] = [];
    let loads = 0;
    const servers = new ServersOnDemand(() => {
      loads += 1;
      return Promise.resolve(loaded(asked));
    });
    assert.equal(loads, 0);
    const [endpoints, user] = await Promise.all([
      servers.endpointsOf(central),
      servers.userOf(central, null),
    ]);
    assert.deepEqual(endpoints, [{ host: '127.0.0.1', port: 5432 }]);
    assert.equal(user, 'monitor');
    assert.deepEqual(asked, ['endpointsOf', 'userOf']);
    assert.equal(loads, 1);
  });

  it('is loaded anew after a failure, which the first question is told', async () => {
    let loads = 0;
    const servers = new ServersOnDemand(() => {
      loads += 1;
      return loads === 1 ? Promise.reject(new Error('disk')) : Promise.resolve(loaded([]));
    });
    await assert.rejects(servers.endpointsOf(central), /disk/u);
    assert.equal(await servers.userOf(central, null), 'monitor');
  });
});
