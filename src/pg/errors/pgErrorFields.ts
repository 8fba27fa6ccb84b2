/** The parts of a server's ErrorResponse that this extension uses. DETAIL is left out on purpose: it may hold row values. */
export interface ServerErrorFields {
  readonly sqlstate: string;
  readonly message: string;
  /** C function that reported it; not translated, unlike `message`. */
  readonly routine: string | null;
}

const SQLSTATE_PATTERN = /^[0-9A-Z]{5}$/;

/**
 * Reads an error of `pg`.
 * @returns `null` for an error that no server sent.
 */
export function serverErrorFields(error: unknown): ServerErrorFields | null {
  if (!(error instanceof Error)) return null;
  const fields = error as Error & {
    readonly code?: unknown;
    readonly severity?: unknown;
    readonly routine?: unknown;
  };
  // Node's own codes (EPIPE) may have five letters too; only a server gives a severity.
  if (typeof fields.code !== 'string' || typeof fields.severity !== 'string') return null;
  if (!SQLSTATE_PATTERN.test(fields.code)) return null;
  return {
    sqlstate: fields.code,
    message: error.message,
    routine: typeof fields.routine === 'string' ? fields.routine : null,
  };
}
