/** What the commands of the demo ask for. */
export interface DemoActs {
  /** Starts the demo and shows its dashboard; where it runs already, shows that. */
  tryDemo(): Promise<void>;
  /** Takes it away, also while it starts. */
  stopDemo(): Promise<void>;
  /** What can be done to the demo, each with what to look at. */
  showActions(): Promise<void>;
}
