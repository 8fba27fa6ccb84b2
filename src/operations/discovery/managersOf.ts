import type { Draft } from '../../core/discovery/draft';
import type { NameOf } from '../../core/discovery/draftEvidence';
import { isUnixSocket } from '../../core/endpoint';
import { say } from '../../core/say';
import type { WaitingEndpoint } from './waitingEndpoint';

const PATRONI_PORT = 8008;

/** Where a cluster manager may be asked, while none was: every member lists all of them. */
export function managersOf(draft: Draft, nameOf: NameOf): readonly WaitingEndpoint[] {
  const known = new Set<string>();
  return [...draft.nodes.values()].flatMap(({ answer, key }): WaitingEndpoint[] => {
    if (answer?.facts.looksLikePatroni !== true) return [];
    const host = isUnixSocket(answer.endpoint.host) ? '127.0.0.1' : answer.endpoint.host;
    if (known.has(host)) return [];
    known.add(host);
    const name = nameOf(key);
    return [
      {
        key: `patroni:${host}`,
        nodeId: name,
        endpoint: { host, port: PATRONI_PORT },
        host,
        database: '',
        user: '',
        isPortGuessed: true,
        evidence: [
          {
            text: say`${name} has its settings as Patroni gives them; its /cluster lists the members`,
            atMs: answer.atMs,
          },
        ],
      },
    ];
  });
}
