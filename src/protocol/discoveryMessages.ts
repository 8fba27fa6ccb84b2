import './jitless';
import * as z from 'zod/mini';
import { DISCOVERY_STATE, type DiscoveryState } from './discoveryState';
import type { EventSpec } from './schema';

const TEXT = z.string().check(z.maxLength(4096));

const PORT = z.number().check(z.int(), z.gte(1), z.lte(65_535));

const CHOICES = z.object({
  nodeIds: z.array(TEXT),
  /** Those that were changed, by proposed id. */
  names: z.array(z.object({ id: TEXT, name: TEXT })),
  addresses: z.array(
    z.object({
      id: TEXT,
      host: TEXT,
      port: PORT,
    }),
  ),
});

const PLACE = z.object({ key: TEXT, host: TEXT, port: PORT });

/** A node and where a person says that it is. */
export type DiscoveryPlace = z.infer<typeof PLACE>;
export type DiscoveryChoices = z.infer<typeof CHOICES>;

/** Host → map: what was found. */
export const discoveryShown: EventSpec<DiscoveryState> = {
  name: 'discovery',
  payload: DISCOVERY_STATE,
};
/** Map → host: listening now. */
export const discoveryReady: EventSpec<Record<string, never>> = {
  name: 'ready',
  payload: z.object({}),
};
/** Map → host: this is to be written. */
export const discoveryChosen: EventSpec<DiscoveryChoices> = { name: 'choose', payload: CHOICES };
/** Map → host: this node is to be looked at there. */
export const discoveryLookAgain: EventSpec<DiscoveryPlace> = {
  name: 'lookAgain',
  payload: PLACE,
};
/** Map → host: nothing is to be written. */
export const discoveryCancelled: EventSpec<Record<string, never>> = {
  name: 'cancel',
  payload: z.object({}),
};
