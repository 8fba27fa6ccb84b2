import type {
  ChangeAccess,
  ChangeGateway,
  ChangeSession,
} from '../../src/core/ports/changeGateway';
import type { CancelSignal } from '../../src/core/ports/cancelSignal';
import type { TopologyNode } from '../../src/core/topology';

/** Notes when the answer to the last message of a check came, which is when its token was committed. */
export class TimedGateway implements Pick<ChangeGateway, 'openChange'> {
  committedAtMs = 0;

  constructor(private readonly gateway: Pick<ChangeGateway, 'openChange'>) {}

  async openChange(
    node: TopologyNode,
    access: ChangeAccess,
    signal: CancelSignal,
  ): Promise<ChangeSession> {
    const session = await this.gateway.openChange(node, access, signal);
    return new Proxy(session, {
      get: (target, key) => {
        if (key === 'queryTogether') return this.timed(target);
        const value: unknown = Reflect.get(target, key, target);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }

  private timed(session: ChangeSession): ChangeSession['queryTogether'] {
    return async (statements, given) => {
      const results = await session.queryTogether(statements, given);
      this.committedAtMs = performance.now();
      return results;
    };
  }
}
