import { bareNode } from '../../core/bareNode';
import { concernAbout } from '../../core/contactRule';
import type { StartingPoint } from '../../core/discovery/startingPointOf';
import { formatEndpoint, isLoopback } from '../../core/endpoint';
import type { Endpoint } from '../../core/failure';
import { say } from '../../core/say';
import { askOne } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { TITLE } from './askStart';
import { databaseWords, tlsWords } from './serverWords';

type Deps = Pick<CommandDeps, 'endpointsOf' | 'gateway' | 'environment'>;

/**
 * Says which server is about to be asked, as whom and how safely, and waits for a yes.
 * @returns the addresses that may be dialled; `null` when it was dismissed
 * @throws ServerFailure when the connection cannot be completed, as by a service that is nowhere
 */
export async function confirmServer(
  deps: Deps,
  { params, problems }: StartingPoint,
): Promise<readonly Endpoint[] | 'back' | null> {
  const node = bareNode(say`the server`, params ?? {});
  const endpoints = await deps.endpointsOf(node);
  const user = await deps.gateway.userOf(node, null);
  // What does not leave this machine may listen where it likes.
  const distant = endpoints.filter(({ host }) => !isLoopback(host));
  const concerns = distant.flatMap((endpoint) => concernAbout(endpoint) ?? []);
  const notes = problems.flatMap(({ severity, message }) =>
    severity === 'information' ? [] : [message],
  );
  const remarks = [...new Set([...concerns, ...notes])].map((text) => `$(warning) ${text}`);
  const answer = await askOne<'go'>({
    place: { title: TITLE, step: 2, totalSteps: 2, canGoBack: true },
    placeholder: say`Connect to this server? It is only read: nothing is changed there`,
    items: [
      {
        value: 'go',
        label: say`$(plug) Connect to ${endpoints.map(formatEndpoint).join(say` or `)}`,
        description: [
          databaseWords(params ?? {}, user, deps.environment.variables),
          say`user ${user}`,
          tlsWords(params ?? {}, endpoints, deps.environment.variables),
        ].join(' · '),
        ...(remarks.length === 0 ? {} : { detail: remarks.join('  ') }),
      },
    ],
  });
  return answer === 'go' ? endpoints : answer;
}
