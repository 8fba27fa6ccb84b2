import type { StatementGate } from './statementGate';

/** What begins a batch on the primary, and what notes it on the edge once the primary has it. */
const BEGINS = 'SET batches = e.batches + ';
const NOTES = 'marked AS (';
const ENDS = /^\s*(?:COMMIT|ROLLBACK)\s*;?\s*$/u;

/** Statements of a batch: what applies it on the primary, and what marks it on the edge. */
export function isOfBatch(text: string): boolean {
  return (
    /\bpgtopology"?\."?(?:applied_operation|edge|conflict)\b/u.test(text) ||
    ENDS.test(text) ||
    text.includes(NOTES)
  );
}

export type BatchStage = 'applied' | 'committed';

/** Knows from what goes through the gates whether a batch is under way: applied and not committed yet, or committed and not marked yet. */
export class BatchWatch {
  /** Batches whose transaction the primary has not ended, as far as anybody has heard. */
  private applied = 0;
  private committed = 0;
  private onBegun: () => void = () => undefined;

  constructor(edge: StatementGate, primary: StatementGate) {
    primary.listener = {
      sent: (text) => {
        if (!text.includes(BEGINS)) return;
        this.applied += 1;
        this.onBegun();
      },
      answered: (text) => {
        if (!ENDS.test(text) || this.applied === 0) return;
        this.applied -= 1;
        if (text.includes('COMMIT')) this.committed += 1;
      },
      closed: () => {
        this.applied = 0;
      },
    };
    edge.listener = {
      sent: () => undefined,
      // It may note several at once: rather one too few is counted.
      answered: (text) => {
        if (text.includes(NOTES)) this.committed = 0;
      },
      closed: () => {
        this.committed = 0;
      },
    };
  }

  /** For the next drain. */
  begin(): void {
    this.applied = 0;
    this.committed = 0;
  }

  /** A busy machine may have come too late for the batch that was meant: then the next one is waited for. */
  untilUnderWay(): Promise<void> {
    if (this.stage !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.onBegun = resolve;
    });
  }

  /** `null`: none is under way. */
  get stage(): BatchStage | null {
    if (this.applied > 0) return 'applied';
    return this.committed > 0 ? 'committed' : null;
  }
}
