import { ProgressLocation, window } from 'vscode';
import { CancelSource } from '../../core/cancelSource';
import type { FileNode } from '../../core/discovery/look';
import type { StartingPoint } from '../../core/discovery/startingPointOf';
import { formatEndpoint } from '../../core/endpoint';
import { isServerFailure, type Endpoint } from '../../core/failure';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import { say } from '../../core/say';
import { askText } from '../../host/prompts';
import { Crawl } from '../../operations/discovery/crawl';
import type { CommandDeps } from '../commandDeps';
import { askFurther } from './askFurther';
import { TITLE } from './askStart';
import { furtherServers, isServer } from './furtherServers';

/** What a crawl came to, and which addresses a person allowed for it. */
export interface Crawled {
  readonly crawl: Crawl;
  readonly approved: readonly Endpoint[];
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
  const approved = [...endpoints];
  const asked = new Set<string>();
  for (;;) {
    const servers = furtherServers(crawl.waiting().filter(({ key }) => !asked.has(key)));
    if (servers.length === 0) return { crawl, approved };
    for (const { key } of servers.flatMap(({ places }) => places)) asked.add(key);
    const ticked = await askFurther(servers);
    if (ticked === null) return null;
    if (ticked.length === 0) continue;
    approved.push(...ticked.filter(isServer).map(({ endpoint }) => endpoint));
    const keys = ticked.flatMap(({ places }) => places.map(({ key }) => ({ key })));
    const title = say`Looking at ${ticked.map(({ endpoint }) => formatEndpoint(endpoint)).join(', ')}`;
    const wentOn = await withCancel(title, (signal) => crawl.goOn(keys, signal));
    if (!wentOn) return null;
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
      if (reason !== 'passwordNeeded' && reason !== 'passwordRefused') throw error;
      const answer = await askText({
        place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
        prompt:
          reason === 'passwordNeeded'
            ? say`${server} asks for a password. It is kept in the secret store, and only when the file is written.`
            : say`${server} refused the password. Enter another one.`,
        value: '',
        isPassword: true,
        validate: (text) => (text === '' ? say`A password is needed.` : null),
      });
      if (answer === null || answer === 'back') return false;
      password = answer;
    }
  }
}

/** @returns false when it was cancelled */
async function withCancel(
  title: string,
  work: (signal: CancelSignal) => Promise<void>,
): Promise<boolean> {
  return window.withProgress(
    { location: ProgressLocation.Notification, title, cancellable: true },
    async (_progress, token) => {
      const source = new CancelSource();
      const listener = token.onCancellationRequested(() => source.cancel());
      try {
        await work(source);
        return !source.aborted;
      } finally {
        listener.dispose();
      }
    },
  );
}
