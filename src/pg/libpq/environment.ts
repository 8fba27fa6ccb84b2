/** Where this process finds what libpq finds: environment, home folder, operating system user. Injected, so that tests own it. */
export interface LocalEnvironment {
  readonly variables: Readonly<Record<string, string | undefined>>;
  readonly homeDirectory: string;
  /** libpq's default for `user`. */
  readonly userName: string;
  readonly platform: NodeJS.Platform;
}

/** A variable's value; unset and empty are the same to libpq. */
export function variable(environment: LocalEnvironment, name: string): string | null {
  const value = environment.variables[name];
  return value === undefined || value === '' ? null : value;
}
