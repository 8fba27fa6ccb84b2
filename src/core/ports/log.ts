/** The log channel as the layers below the host see it. Implementations redact what they are given. */
export interface Log {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}
