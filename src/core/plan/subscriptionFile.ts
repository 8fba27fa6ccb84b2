import { quoteConninfoValue } from '../connectionStringConninfo';
import { SECRET_KEYWORDS } from '../connectionStringKeywords';
import type { Topology } from '../topology';
import { isSameJson } from './fileTable';
import type { FileChange } from './plan';
import type { CreateSubscriptionRequest } from './requests';
import type { ConninfoItem } from './sqlText';

/**
 * What the file says of a subscription: the connection without its password, and left out where it is host, port and
 * database of the publisher; options only where they are not the default.
 * @param derivedSlot the slot's name when the file says none
 * @returns nothing when the file says so already
 */
export function subscriptionFileChanges(
  request: CreateSubscriptionRequest,
  topology: Topology,
  derivedSlot: string,
): readonly FileChange[] {
  const { nodeId, name, publisherId } = request;
  const node = topology.nodes.find(({ id }) => id === nodeId);
  if (node === undefined) return [];
  const connection = connectionText(request.connection, topology, publisherId);
  const value = {
    publisher: publisherId,
    publications: request.publications,
    ...(connection === null ? {} : { connection }),
    ...(request.slotName === derivedSlot ? {} : { slotName: request.slotName }),
    ...(request.copyData ? {} : { copyData: false }),
    ...(request.usesExistingSlot ? { createSlot: false } : {}),
    ...withoutSaid(request.options),
  };
  const declared = node.subscriptions.find((subscription) => subscription.name === name);
  if (declared !== undefined) {
    const said = {
      publisher: declared.publisher,
      publications: declared.publications,
      ...(declared.connection === null ? {} : { connection: declared.connection }),
      ...(declared.slotName === derivedSlot ? {} : { slotName: declared.slotName }),
      ...declared.options,
    };
    if (isSameJson(said, value)) return [];
  }
  return [{ path: ['nodes', nodeId, 'subscriptions', name], value }];
}

/** As the subscriber's server dials, for the file; `null` when it is what the file means without it. */
export function connectionText(
  connection: readonly ConninfoItem[],
  topology: Topology,
  publisherId: string,
): string | null {
  const open = connection.flatMap(({ keyword, value }) =>
    typeof value === 'string' && !SECRET_KEYWORDS.has(keyword) ? [{ keyword, value }] : [],
  );
  const usual = topology.nodes.find(({ id }) => id === publisherId)?.connection ?? {};
  const byDefault = new Map([
    ['host', usual['host']],
    ['port', usual['port'] ?? '5432'],
    ['dbname', usual['dbname']],
  ]);
  if (open.every(({ keyword, value }) => byDefault.get(keyword) === value)) return null;
  return open.map(({ keyword, value }) => `${keyword}=${quoteWhereNeeded(value)}`).join(' ');
}

function withoutSaid(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const said = new Set(['createSlot', 'copyData', 'slotName', 'expect']);
  return Object.fromEntries(Object.entries(options).filter(([key]) => !said.has(key)));
}

function quoteWhereNeeded(value: string): string {
  return /^[^\s'\\]+$/u.test(value) ? value : quoteConninfoValue(value);
}
