import type { Endpoint } from '../failure';
import { say } from '../say';
import type { ConnectionParams } from '../topology';
import { nodeKey, type Draft } from './draft';
import type { Answer } from './look';
import { hostLabel } from './names';
import type { Server } from './servers';

/** One node for each database of each server that answered. */
export function addReachedNodes(draft: Draft): void {
  for (const look of draft.looks) {
    const server = draft.servers.find(({ answers }) =>
      answers.some(({ facts }) => facts === look.facts),
    );
    const answer = server?.answers.find(({ facts }) => facts === look.facts);
    if (server === undefined || answer === undefined) continue;
    const { database } = answer.facts.fast;
    const key = nodeKey(server, database);
    const again = draft.nodes.get(key);
    draft.addNode({
      key,
      server,
      answer,
      failedLook: null,
      connection: spelledOut(answer),
      address: answer.endpoint,
      host: answer.endpoint.host,
      database,
      isPortGuessed: false,
      base: answer,
      certainty: 'seen',
      evidence: [
        ...answer.evidence,
        {
          text: () =>
            say`${again === undefined ? say`it` : say`the same server`} answered at ${place(answer.endpoint)}`,
          atMs: answer.atMs,
        },
      ],
      problem: null,
      hints: hintsOf(server, answer),
    });
  }
}

function place({ host, port }: Endpoint): string {
  return host.startsWith('/') ? say`${host}, port ${port}` : `${host}:${port}`;
}

/** What libpq's environment filled in is said, so that the file means the same everywhere; a service stays a service. */
function spelledOut({ connection, endpoint, facts }: Answer): ConnectionParams {
  if (connection['service'] !== undefined) return connection;
  return {
    ...(connection['host'] === undefined && connection['hostaddr'] === undefined
      ? { host: endpoint.host, port: String(endpoint.port) }
      : {}),
    dbname: facts.fast.database,
    user: facts.role,
    ...connection,
  };
}

function hintsOf(server: Server, { endpoint, facts }: Answer): readonly string[] {
  const label = hostLabel(endpoint.host);
  return [
    ...(facts.clusterName === '' ? [] : [facts.clusterName]),
    ...(label === null ? [] : [label]),
    // A standby has the databases of its primary, which one of them may be called after.
    ...(server.isInRecovery ? ['standby'] : [facts.fast.database, 'primary']),
    ...(facts.clusterName === '' ? [] : [`${facts.clusterName}-${facts.fast.database}`]),
  ];
}
