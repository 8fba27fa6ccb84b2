import { concernAbout } from '../../core/contactRule';
import { formatEndpoint } from '../../core/endpoint';
import { formatCounted } from '../../core/format';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import { askMany, type PickItem } from '../../host/prompts';
import { TITLE } from './askStart';
import { furtherDetails, type FurtherServer } from './furtherServers';

/**
 * Asks in one list which further servers may be looked at, each with where it was seen. What looks odd is marked and not
 * ticked beforehand.
 * @returns what was ticked, which may be nothing; `null` when it was dismissed
 */
export async function askFurther(
  servers: readonly FurtherServer[],
  question = say`${formatCounted(servers.length, 'further server')} ${servers.length === 1 ? say`was` : say`were`} found. Which may be looked at as well?`,
): Promise<readonly FurtherServer[] | null> {
  const answer = await askMany<FurtherServer>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: question,
    items: servers.map(furtherItem),
    isTicked: ({ endpoint }) => concernAbout(endpoint) === null,
    mayBeEmpty: true,
  });
  return answer === 'back' ? null : answer;
}

function furtherItem(server: FurtherServer): PickItem<FurtherServer> {
  const { endpoint, places } = server;
  return {
    value: server,
    label: formatEndpoint(endpoint),
    description: showEscaped([...new Set(places.map(({ nodeId }) => nodeId))].join(', ')),
    detail: furtherDetails(server),
  };
}
