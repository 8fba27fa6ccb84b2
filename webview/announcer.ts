const QUIET_MS = 10_000;

/** Says a sentence to screen readers when it changed, at most every ten seconds. */
export class Announcer {
  private said = '';
  private wanted = '';
  private isQuiet = false;

  constructor(
    private readonly region: HTMLElement,
    private readonly schedule: (delayMs: number, run: () => void) => void,
  ) {}

  say(text: string): void {
    this.wanted = text;
    if (!this.isQuiet) this.speak();
  }

  private speak(): void {
    if (this.wanted === this.said) return;
    this.said = this.wanted;
    this.region.textContent = this.said;
    this.isQuiet = true;
    this.schedule(QUIET_MS, () => {
      this.isQuiet = false;
      this.speak();
    });
  }
}
