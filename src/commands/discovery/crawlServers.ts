import type { FileNode } from '../../core/discovery/look';
import type { StartingPoint } from '../../core/discovery/startingPointOf';
import { formatEndpoint } from '../../core/endpoint';
import { isServerFailure, type Endpoint } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import { Crawl } from '../../operations/discovery/crawl';
import type { CommandDeps } from '../commandDeps';
import { askFurther } from './askFurther';
import { askPassword, asksForPassword } from './askPassword';
import { furtherServers, isServer } from './furtherServers';
import { withCancel } from './withCancel';

/** What a crawl came to, and which addresses a person allowed for it. */
export interface Crawled {
  readonly crawl: Crawl;
  /** Grows while it goes on. */
  readonly approved: Endpoint[];
  /** Keys of what a person was asked about, whatever they said. */
  readonly asked: Set<string>;
}

/**
 * Follows a topology from a server that was confirmed: by itself on this machine and where it was allowed before, and after
 * one question a round elsewhere. A password is asked for only when the server demands one.
 * @param endpoints of the first server
 * @returns `null` when it was dismissed or cancelled
 * @throws ServerFailure when the first server cannot be read
 */
export async function crawlServers(
  deps: CommandDeps,
  start: StartingPoint,
  endpoints: readonly Endpoint[],
  file: { readonly topologyId: string; readonly nodes: readonly FileNode[] },
): Promise<Crawled | null> {
  const crawl = new Crawl({
    gateway: deps.discovery,
    clock: deps.clock,
    isApproved: (endpoint) => deps.contact.isApproved(file.topologyId, endpoint),
    inFile: file.nodes,
  });
  const first = endpoints.map(formatEndpoint).join(say` or `);
  if (!(await lookAtFirst(crawl, start, first))) return null;
  const crawled = { crawl, approved: [...endpoints], asked: new Set<string>() };
  return (await goFurther(crawled)) ? crawled : null;
}

/**
 * Asks about what nobody was asked about yet, a question a round, and looks at what was ticked.
 * @param signal given up from elsewhere than the progress
 * @returns false when it was dismissed or cancelled
 */
export async function goFurther(
  { crawl, approved, asked }: Crawled,
  signal: CancelSignal | null = null,
): Promise<boolean> {
  for (;;) {
    const servers = furtherServers(crawl.waiting().filter(({ key }) => !asked.has(key)));
    if (servers.length === 0) return true;
    for (const { key } of servers.flatMap(({ places }) => places)) asked.add(key);
    const ticked = await askFurther(servers);
    if (ticked === null || signal?.aborted === true) return false;
    if (ticked.length === 0) continue;
    approved.push(...ticked.filter(isServer).map(({ endpoint }) => endpoint));
    const keys = ticked.flatMap(({ places }) => places.map(({ key }) => ({ key })));
    const title = say`Looking at ${ticked.map(({ endpoint }) => formatEndpoint(endpoint)).join(', ')}`;
    if (!(await withCancel(title, (either) => crawl.goOn(keys, either), signal))) return false;
  }
}

async function lookAtFirst(crawl: Crawl, start: StartingPoint, server: string): Promise<boolean> {
  let { password } = start;
  const params = start.params ?? {};
  for (;;) {
    const given = password;
    try {
      const title = say`Looking at ${server}`;
      return await withCancel(title, (signal) => crawl.look({ params, password: given }, signal));
    } catch (error) {
      const reason = isServerFailure(error) ? error.facts.reason : null;
      if (reason === 'cancelled') return false;
      if (!asksForPassword(reason)) throw error;
      const answer = await askPassword(server, reason);
      if (answer === null) return false;
      password = answer;
    }
  }
}
