import assert from 'node:assert/strict';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { isServerFailure, type Endpoint } from '../../../../src/core/failure';
import { readPatroniCluster } from '../../../../src/pg/discovery/patroniCluster';

const signal = new AbortController().signal;

describe('Patroni’s list of members', () => {
  let answer: http.RequestListener = () => undefined;
  let server: http.Server;
  let endpoint: Endpoint;
  const paths: string[] = [];

  before(async () => {
    server = http.createServer((request, response) => {
      paths.push(request.url ?? '');
      answer(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    endpoint = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
  });

  after(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  async function failure(on: AbortSignal = signal): Promise<string> {
    try {
      await readPatroniCluster(endpoint, on);
    } catch (error) {
      if (isServerFailure(error)) return `${error.facts.reason}: ${error.facts.text}`;
      throw error;
    }
    return 'it did not fail';
  }

  function reply(status: number, body: string, headers: http.OutgoingHttpHeaders = {}): void {
    answer = (_request, response) => {
      response.writeHead(status, headers).end(body);
    };
  }

  it('is read with roles, and without members that are nowhere', async () => {
    const members = [
      { name: 'a', role: 'leader', state: 'running', host: '10.0.0.1', port: 5432, timeline: 3 },
      { name: 'b', role: 'replica', host: '10.0.0.2', port: '5433', lag: 0 },
      { name: 'c', role: 'standby_leader', host: '10.0.0.3' },
      { name: 'd', role: 'replica', state: 'stopped' },
      { name: 'e', role: 'replica', host: '10.0.0.5', port: 99_999 },
    ];
    reply(200, JSON.stringify({ members, scope: 'shop' }));
    const found = await readPatroniCluster(endpoint, signal);
    assert.deepEqual(
      found.map(
        ({ name, host, port, isPrimary }) => `${name} ${host}:${port} ${String(isPrimary)}`,
      ),
      ['a 10.0.0.1:5432 true', 'b 10.0.0.2:5433 false', 'c 10.0.0.3:5432 null'],
    );
    assert.deepEqual(paths, ['/cluster']);
  });

  it('is said not to be one when it is a web page, other JSON, or too long', async () => {
    reply(404, '<html>Not found</html>');
    assert.match(await failure(), /answers 404 with a web page, not with the members/u);
    reply(200, '{"members": 3}');
    assert.match(await failure(), /answers 200 with something else/u);
    reply(200, 'x'.repeat(300 * 1024));
    assert.match(await failure(), /answers with more than 256 KB/u);
  });

  it('is not looked for where a redirect leads', async () => {
    paths.length = 0;
    reply(302, '', { location: 'http://169.254.169.254/latest' });
    assert.match(
      await failure(),
      /answers 302, a redirect to http:\/\/169\.254\.169\.254\/latest, which is not followed/u,
    );
    assert.deepEqual(paths, ['/cluster']);
  });

  it('is given up with the person, and when nobody listens', async () => {
    answer = () => undefined;
    const controller = new AbortController();
    const outcome = failure(controller.signal);
    controller.abort();
    assert.match(await outcome, /^cancelled: /u);
    assert.match(await failure(AbortSignal.abort()), /^cancelled: /u);
    const there = endpoint;
    endpoint = { host: '127.0.0.1', port: 1 };
    assert.match(await failure(), /cannot be asked: ECONNREFUSED/u);
    endpoint = there;
  });
});
