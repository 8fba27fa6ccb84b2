import { say } from '../../say';
import { hbaLine, rulePlace, ruleText } from '../../setup/hbaText';
import { matchHba, type HbaTarget } from '../../setup/matchHba';
import { knownSubscribersOf } from '../knownSubscribers';
import type { Finding } from '../finding';
import { noteFinding, warningFinding } from '../findingParts';
import type { NodeCatalog } from '../nodeCatalog';
import type { PlanContext } from '../requests';
import { checkedRole, type ReplicationRoleRequest } from './replicationRole';

/** One who will sign in with the role. */
interface Caller {
  /** For sentences: `edge (jobs_sub)`. */
  readonly name: string;
  /** As the server sees it; `null` when it has not been seen. */
  readonly address: string | null;
  readonly isPhysical: boolean;
}

/**
 * The same for subscriptions that are still to be made, of which nobody knows from where they will come.
 * @param subscriptions as people name them
 */
export function hbaFindingsFor(
  subscriptions: readonly string[],
  request: ReplicationRoleRequest,
  context: PlanContext,
  catalog: NodeCatalog,
): readonly Finding[] {
  return subscriptions.map((name) =>
    hbaFinding(request, context, catalog, { name, address: null, isPhysical: false }),
  );
}

/**
 * For each who will sign in with the role, the line to paste into pg_hba.conf, and the rule that such a connection meets
 * today where the rules may be read.
 */
export function hbaFindings(
  request: ReplicationRoleRequest,
  context: PlanContext,
  catalog: NodeCatalog,
): readonly Finding[] {
  const callers = callersOf(request, context, catalog);
  return callers.map((caller) => hbaFinding(request, context, catalog, caller));
}

function callersOf(
  { duties, nodeId }: ReplicationRoleRequest,
  context: PlanContext,
  catalog: NodeCatalog,
): readonly Caller[] {
  const own = context.setup?.get(nodeId)?.ownAddress ?? null;
  const isOurs = duties.some((duty) => duty !== 'replication');
  return [
    ...(duties.includes('replication') ? streamers(nodeId, context, catalog) : []),
    ...(isOurs ? [{ name: say`this machine`, address: own, isPhysical: false }] : []),
  ];
}

function streamers(nodeId: string, context: PlanContext, catalog: NodeCatalog): readonly Caller[] {
  const readerOf = (slotName: string | null) =>
    catalog.slots.find(({ name }) => name === slotName)?.reader ?? null;
  const senders = context.setup?.get(nodeId)?.senders ?? [];
  const standbys = context.topology.nodes
    .filter(({ standbyOf }) => standbyOf === nodeId)
    .map(({ id, slot }): Caller => {
      const sender = senders.find(({ applicationName }) => applicationName === id);
      const address = readerOf(slot)?.clientAddress ?? sender?.clientAddress ?? null;
      return { name: id, address, isPhysical: true };
    });
  const subscribers = knownSubscribersOf(context, nodeId, null).map(
    ({ nodeId: at, subscription, slotName }): Caller => ({
      name: say`${subscription} on ${at}`,
      address: readerOf(slotName)?.clientAddress ?? null,
      isPhysical: false,
    }),
  );
  const found = [...subscribers, ...standbys];
  return found.length > 0 ? found : [{ name: say`a subscriber`, address: null, isPhysical: false }];
}

function hbaFinding(
  request: ReplicationRoleRequest,
  context: PlanContext,
  catalog: NodeCatalog,
  { name, address, isPhysical }: Caller,
): Finding {
  const { nodeId } = request;
  const { database } = catalog.server;
  const setup = context.setup?.get(nodeId);
  const isTls = setup?.settings['ssl']?.text !== 'off';
  const target: HbaTarget = {
    type: 'host',
    database,
    user: request.name,
    memberOf: checkedRole(catalog, request.name)?.memberOf ?? [request.name],
    address,
    isTls,
    isPhysical,
  };
  const line = hbaLine({
    database: isPhysical ? 'replication' : database,
    user: request.name,
    address: address ?? say`<address of ${name}>`,
    isTls,
  });
  const copy = isTls ? line : say`${line}\n# ssl is off on ${nodeId}: what travels can be read.`;
  const fix = {
    text: say`Paste it above the first rule that fits, then SELECT pg_reload_conf().`,
    copy,
  };
  if (setup?.hba === undefined || setup.hba === null) {
    return noteFinding(
      'hbaRule',
      nodeId,
      say`${name} needs a line in pg_hba.conf of ${nodeId}; the rules there could not be read.`,
      fix,
    );
  }
  const match = matchHba(setup.hba, target);
  if (match.kind === 'none') {
    return warningFinding(
      'hbaRule',
      nodeId,
      say`No line of pg_hba.conf on ${nodeId} lets ${name} in as ${request.name} (28000).`,
      fix,
    );
  }
  const place = say`${rulePlace(match.rule)} on ${nodeId}, ${ruleText(match.rule)}`;
  if (match.kind === 'unknown') {
    return noteFinding('hbaRule', nodeId, say`Whether ${name} meets ${place}, is not known.`, fix);
  }
  switch (match.rule.method) {
    case 'reject':
      return warningFinding('hbaRule', nodeId, say`${name} meets ${place}: it is refused.`, fix);
    case 'trust':
      return warningFinding(
        'hbaRule',
        nodeId,
        say`${name} meets ${place}: nobody is asked for a password.`,
        fix,
      );
    case 'password':
      return warningFinding(
        'hbaRule',
        nodeId,
        say`${name} meets ${place}: the password travels in clear.`,
        fix,
      );
    case 'scram-sha-256':
    case 'md5':
      return noteFinding(
        'hbaRule',
        nodeId,
        say`${name} meets ${place}: its password is asked for.`,
      );
    default:
      return noteFinding(
        'hbaRule',
        nodeId,
        say`${name} meets ${place}: no password is asked for.`,
        fix,
      );
  }
}
