import './jitless';
import * as z from 'zod/mini';
import { CHANNEL_ERROR_REASONS } from './channelError';

const NAME = z.string().check(z.maxLength(64));
const ID = z.number().check(z.int(), z.nonnegative());

/** What travels between host and dashboard: every message is one of these, whatever it carries. */
export const ENVELOPE = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('event'), name: NAME, payload: z.unknown() }),
  z.object({ kind: z.literal('request'), id: ID, name: NAME, payload: z.unknown() }),
  z.object({ kind: z.literal('answer'), id: ID, payload: z.unknown() }),
  z.object({
    kind: z.literal('error'),
    id: ID,
    reason: z.enum(CHANNEL_ERROR_REASONS),
    message: z.string(),
  }),
  z.object({ kind: z.literal('cancel'), id: ID }),
]);

export type Envelope = z.infer<typeof ENVELOPE>;
