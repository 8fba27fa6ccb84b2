/** Whether an error came from the operating system or from TLS, with a code such as ECONNREFUSED. */
export function isErrnoException(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && typeof (error as NodeJS.ErrnoException).code === 'string';
}
