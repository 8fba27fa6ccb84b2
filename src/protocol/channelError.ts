/**
 * Why a request got no answer: it took too long, the channel or the caller ended it, the other side failed, knows no such
 * request, or what went over the wire does not fit its schema.
 */
export type ChannelErrorReason =
  | 'timeout'
  | 'closed'
  | 'cancelled'
  | 'failed'
  | 'unknown'
  | 'invalid';

export const CHANNEL_ERROR_REASONS = [
  'timeout',
  'closed',
  'cancelled',
  'failed',
  'unknown',
  'invalid',
] as const satisfies readonly ChannelErrorReason[];

/** A request that ended without an answer. Decide by `reason`, never by `message`. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
  constructor(
    readonly reason: ChannelErrorReason,
    message: string,
    options?: { cause?: unknown },
  ) {
    super(message, options);
  }
}

export function isChannelError(error: unknown): error is ChannelError {
  return error instanceof ChannelError;
}
