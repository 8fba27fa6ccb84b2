/** Something that holds a listener, a timer or a session until it is released. Releasing twice is allowed. */
export interface Disposable {
  dispose(): void;
}
