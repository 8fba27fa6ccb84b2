import { PgDiscoveryGateway } from './discovery/pgDiscoveryGateway';
import { PgDrainGateway } from './drain/pgDrainGateway';
import { PgChangeGateway } from './pgChangeGateway';
import { PgNodeGateway, type PgNodeGatewayOptions } from './pgNodeGateway';
import { PgSelectionGateway } from './selection/pgSelectionGateway';
import type { LoadedServers } from './serversOnDemand';

/** All that speaks to servers, as one part of the package. Loads `pg` itself with the first dial. */
export function openServers(options: PgNodeGatewayOptions): LoadedServers {
  const watching = new PgNodeGateway(options);
  const { dialer } = watching;
  return {
    watching,
    changes: new PgChangeGateway(dialer),
    drains: new PgDrainGateway(dialer),
    selections: new PgSelectionGateway(dialer),
    discovery: new PgDiscoveryGateway(dialer, () => Date.now()),
  };
}
