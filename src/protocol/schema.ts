/** The part of a zod schema that the channel needs. */
export interface Schema<T> {
  safeParse(
    value: unknown,
  ): { readonly success: true; readonly data: T } | { readonly success: false };
}

/** A message that nobody answers. `name` is what logs show. */
export interface EventSpec<T> {
  readonly name: string;
  readonly payload: Schema<T>;
}

/** A message that is answered once, with a value or an error. */
export interface RequestSpec<T, A> {
  readonly name: string;
  readonly payload: Schema<T>;
  readonly answer: Schema<A>;
}
