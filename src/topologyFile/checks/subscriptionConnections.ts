import { readConnection } from '../connections';
import type { FileContext } from '../fileContext';
import type { Problem } from '../problem';

/**
 * Connections that the subscriber's server dials. They need not be complete: what is missing comes from the publisher's
 * node. Files named in them are that server's, so nothing is said about those.
 */
export function checkSubscriptionConnections(context: FileContext): readonly Problem[] {
  return Object.entries(context.file.nodes).flatMap(([id, node]) =>
    Object.keys(node.subscriptions ?? {}).flatMap((name) => {
      const path = ['nodes', id, 'subscriptions', name, 'connection'];
      const found = readConnection(context.text, context.root, path);
      // There libpq itself reads `prefer` and `allow`.
      return (found?.problems ?? []).filter((problem) => problem.code !== 'sslmode-read-as');
    }),
  );
}
