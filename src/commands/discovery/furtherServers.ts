import { concernAbout } from '../../core/contactRule';
import { formatEndpoint } from '../../core/endpoint';
import type { Endpoint } from '../../core/failure';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import type { WaitingEndpoint } from '../../operations/discovery/waitingEndpoint';

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

/** Whether it is a server of Postgres, and no cluster manager's own interface. */
export function isServer({ places }: FurtherServer): boolean {
  return places.some(({ database }) => database !== '');
}

/** Where a server was seen, and what should be looked at twice before it is allowed. */
export function furtherDetails({ endpoint, places }: FurtherServer): string {
  const concern = concernAbout(endpoint);
  const evidence = places[0]?.evidence[0]?.text;
  const isGuessed = places.every(({ isPortGuessed }) => isPortGuessed);
  return [
    ...(concern === null ? [] : [`$(warning) ${concern}`]),
    ...(evidence === undefined ? [] : [showEscaped(evidence)]),
    ...(isGuessed ? [say`its port is a guess`] : []),
  ].join(' · ');
}
