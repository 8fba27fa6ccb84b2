import { concernAbout } from '../../core/contactRule';
import { formatEndpoint } from '../../core/endpoint';
import type { Endpoint } from '../../core/failure';
import { formatCounted } from '../../core/format';
import { showEscaped } from '../../core/visibleText';
import { askMany, type PickItem } from '../../host/prompts';
import type { WaitingEndpoint } from '../../operations/discovery/crawl';
import { TITLE } from './askStart';

/** One address that nobody allowed yet, and the nodes that are behind it. */
export interface FurtherServer {
  readonly endpoint: Endpoint;
  readonly places: readonly WaitingEndpoint[];
}

/** Those that wait, by address. What has no address cannot be asked about. */
export function furtherServers(waiting: readonly WaitingEndpoint[]): readonly FurtherServer[] {
  const servers = new Map<string, { endpoint: Endpoint; places: WaitingEndpoint[] }>();
  for (const place of waiting) {
    const { endpoint } = place;
    if (endpoint === null) continue;
    const key = formatEndpoint(endpoint);
    const known = servers.get(key);
    if (known === undefined) servers.set(key, { endpoint, places: [place] });
    else known.places.push(place);
  }
  return [...servers.values()];
}

/**
 * Asks in one list which further servers may be looked at, each with where it was seen. What looks odd is marked and not
 * ticked beforehand.
 * @returns what was ticked, which may be nothing; `null` when it was dismissed
 */
export async function askFurther(
  servers: readonly FurtherServer[],
): Promise<readonly FurtherServer[] | null> {
  const answer = await askMany<FurtherServer>({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: `${formatCounted(servers.length, 'further server')} ${servers.length === 1 ? 'was' : 'were'} found. Which may be looked at as well?`,
    items: servers.map(furtherItem),
    isTicked: ({ endpoint }) => concernAbout(endpoint) === null,
    mayBeEmpty: true,
  });
  return answer === 'back' ? null : answer;
}

function furtherItem(server: FurtherServer): PickItem<FurtherServer> {
  const { endpoint, places } = server;
  const concern = concernAbout(endpoint);
  const evidence = places[0]?.evidence[0]?.text;
  const isGuessed = places.every(({ isPortGuessed }) => isPortGuessed);
  const details = [
    ...(concern === null ? [] : [`$(warning) ${concern}`]),
    ...(evidence === undefined ? [] : [showEscaped(evidence)]),
    ...(isGuessed ? ['its port is a guess'] : []),
  ];
  return {
    value: server,
    label: formatEndpoint(endpoint),
    description: showEscaped([...new Set(places.map(({ nodeId }) => nodeId))].join(', ')),
    detail: details.join(' · '),
  };
}
