/** The part of `AbortSignal` that pure layers use; an `AbortSignal` fits as it is. */
export interface CancelSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}
