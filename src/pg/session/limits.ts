/** Time limits of one session, in milliseconds. Each guards against a fault that the others do not see. */
export interface SessionLimits {
  /** `statement_timeout`: the server gives up. Does not fire in a frozen backend. */
  readonly statementMs: number;
  /** `query_timeout`: we give up; longer than `statementMs`, so that a slow statement is the server's word. */
  readonly readMs: number;
  readonly lockMs: number;
  readonly idleInTransactionMs: number;
  /** For a graceful goodbye, then the socket is cut. */
  readonly closeMs: number;
  /** For the connection that cancels a statement. */
  readonly cancelMs: number;
}

/** Limits of the sessions that only watch. */
export const MONITOR_LIMITS: SessionLimits = {
  statementMs: 2_000,
  readMs: 2_500,
  lockMs: 1_000,
  idleInTransactionMs: 10_000,
  closeMs: 800,
  cancelMs: 2_000,
};

/** Limits of the sessions that change something, or read a catalog for a change. A plan's step may raise the first two. */
export const CHANGE_LIMITS: SessionLimits = {
  statementMs: 10_000,
  readMs: 12_500,
  lockMs: 2_000,
  idleInTransactionMs: 10_000,
  closeMs: 800,
  cancelMs: 2_000,
};

/**
 * Limits of the sessions that drain queues. A statement of a batch may take long under load; a lock that an application holds
 * for longer than a moment stops the drain, which then says who holds it.
 */
export const DRAIN_LIMITS: SessionLimits = {
  statementMs: 30_000,
  readMs: 32_500,
  lockMs: 5_000,
  idleInTransactionMs: 30_000,
  closeMs: 800,
  cancelMs: 2_000,
};

/** Limits of the session of one statement that a person wrote, who waits for it and may give it up. */
export const SELECTION_LIMITS: SessionLimits = {
  statementMs: 60_000,
  readMs: 62_500,
  lockMs: 5_000,
  idleInTransactionMs: 10_000,
  closeMs: 800,
  cancelMs: 2_000,
};
