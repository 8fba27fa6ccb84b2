import { randomUUID } from 'node:crypto';
import type { CheckResult } from '../../../src/core/checks/checkResult';
import { groupChecks } from '../../../src/core/checks/checkTargets';
import type { ChangeGateway } from '../../../src/core/ports/changeGateway';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import { SystemClock } from '../../../src/host/systemClock';
import { CheckRound } from '../../../src/operations/checks/checkRound';
import { CheckSessions } from '../../../src/operations/checks/checkSessions';
import { MemoryLog, never } from '../pg/support';

const LIMIT_MS = 10_000;

/** One round after the other over the same sessions, as continuous checks do it, without a rest. The owner closes it. */
export class RoundLoop {
  private readonly clock = new SystemClock();
  private readonly sessions: CheckSessions;
  private readonly spent = new Map<string, readonly string[]>();

  constructor(
    private readonly snapshot: TopologySnapshot,
    gateway: Pick<ChangeGateway, 'openChange'>,
  ) {
    const mayContact = (): Promise<boolean> => Promise.resolve(true);
    this.sessions = new CheckSessions(snapshot.id, { gateway, clock: this.clock, mayContact });
  }

  /**
   * Checks these edges, which have one primary.
   * @param onToken told right before the token is written
   */
  async round(
    edgeIds: readonly string[] | null,
    report: (result: CheckResult) => void,
    onToken: (token: string) => void = () => undefined,
  ): Promise<void> {
    const [group] = groupChecks(this.snapshot, edgeIds).groups;
    if (group === undefined) throw new Error('There is nothing to check.');
    const { snapshot, sessions, spent, clock } = this;
    const deps = {
      clock,
      log: new MemoryLog(),
      limitMs: LIMIT_MS,
      randomUuid: () => {
        const token = randomUUID();
        onToken(token);
        return token;
      },
      verdictOf: () => Promise.resolve(null),
    };
    const parts = { group, snapshot, sessions, spent, signal: never(), report };
    await new CheckRound(deps, parts).run();
  }

  async close(): Promise<void> {
    await this.sessions.close();
  }
}
