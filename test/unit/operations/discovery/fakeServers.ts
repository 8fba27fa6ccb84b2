import type { ClusterMember, DiscoveryFacts } from '../../../../src/core/discovery/discoveryFacts';
import { ServerFailure, type Endpoint } from '../../../../src/core/failure';
import { describeFailure } from '../../../../src/core/failureText';
import type { CancelSignal } from '../../../../src/core/ports/cancelSignal';
import type { DiscoveryGateway } from '../../../../src/core/ports/discoveryGateway';
import type { TopologyNode } from '../../../../src/core/topology';
import { SystemClock } from '../../../../src/host/systemClock';
import { Crawl } from '../../../../src/operations/discovery/crawl';
import { at } from '../../core/discovery/looks';

/** Servers by `host:port/database`; everything else refuses. */
export class FakeServers implements DiscoveryGateway {
  readonly dialled: string[] = [];
  readonly passwords: (string | null)[] = [];
  atOnce = 0;
  most = 0;
  members: readonly ClusterMember[] = [];
  asked = 0;

  constructor(readonly servers: Record<string, DiscoveryFacts>) {}

  endpointsOf({ connection }: TopologyNode): Promise<readonly Endpoint[]> {
    return Promise.resolve([at(`${connection['host'] ?? ''}:${connection['port'] ?? ''}`)]);
  }

  async look(
    { id, connection }: TopologyNode,
    password: string | null,
    signal: CancelSignal,
  ): Promise<DiscoveryFacts> {
    const { host = '', port = '5432', dbname = '' } = connection;
    const place = `${host}:${port}/${dbname}`;
    if (signal.aborted) throw new ServerFailure(describeFailure('cancelled', { nodeId: id }));
    this.dialled.push(place);
    this.passwords.push(password);
    this.atOnce += 1;
    this.most = Math.max(this.most, this.atOnce);
    await Promise.resolve();
    this.atOnce -= 1;
    const facts = this.servers[place];
    if (facts !== undefined) return facts;
    const endpoint = at(`${host}:${port}`);
    throw new ServerFailure(describeFailure('refused', { nodeId: id, endpoint }));
  }

  readMembers(): Promise<readonly ClusterMember[]> {
    this.asked += 1;
    return Promise.resolve(this.members);
  }
}

export function crawlOver(servers: FakeServers, approved: readonly string[] = []): Crawl {
  return new Crawl({
    gateway: servers,
    clock: new SystemClock(),
    isApproved: ({ host, port }) => approved.includes(`${host}:${port}`),
  });
}

export const signal = new AbortController().signal;

export function from(host: string, password: string | null = null) {
  return { params: { host, port: '5432', dbname: 'app', user: 'monitor' }, password };
}
