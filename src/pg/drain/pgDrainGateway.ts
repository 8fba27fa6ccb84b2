import { asChangeFailure } from '../../core/changeFailure';
import { isServerFailure, ServerFailure } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import { nodeAs } from '../../core/nodeAs';
import { READ_ONLY_ADVICE, readOnlySentence } from '../../core/plan/readOnlyFindings';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { DrainGateway, DrainSession, QueueEnd } from '../../core/ports/drainGateway';
import type { TopologyNode } from '../../core/topology';
import type { NodeDialer } from '../nodeDialer';
import { DRAIN_LIMITS } from '../session/limits';
import { openingStatement, readOpening } from './opening';
import { PgDrainSession } from './pgDrainSession';

/** Opens sessions for drains with `pg`. Holds none itself: whoever opens one closes it. */
export class PgDrainGateway implements DrainGateway {
  constructor(private readonly dialer: NodeDialer) {}

  async openDrain(
    node: TopologyNode,
    end: QueueEnd,
    signal: CancelSignal,
    user?: string,
  ): Promise<DrainSession> {
    if (node.access === 'readOnly') throw refused(node.id);
    try {
      return await this.#open(node, end, signal, user);
    } catch (error) {
      if (!isServerFailure(error)) throw error;
      throw new ServerFailure(asChangeFailure(error.facts, node.id), { cause: error.cause });
    }
  }

  async #open(
    node: TopologyNode,
    end: QueueEnd,
    signal: CancelSignal,
    user: string | undefined,
  ): Promise<DrainSession> {
    const role = user ?? node.pendingSync?.drainUser ?? node.adminUser;
    const kind = { limits: DRAIN_LIMITS, isReadOnly: false, isPipelined: true };
    const connected = await this.dialer.open(
      role === null ? node : nodeAs(node, role),
      kind,
      signal,
    );
    try {
      const [answer] = await connected.session.queryAll([openingStatement(end)], signal);
      if (answer === undefined || isServerFailure(answer)) {
        throw answer ?? new Error('The server did not answer the opening statement.');
      }
      const opening = readOpening(answer.rows[0]);
      if (connected.probe.isInRecovery || opening.wasReadOnly) {
        throw new ServerFailure(describeFailure('readOnly', connected.subject));
      }
      return new PgDrainSession(connected, opening);
    } catch (error) {
      await connected.session.close();
      throw error;
    }
  }
}

/** The last of several gates: no session that could write is opened where the file forbids it. */
function refused(nodeId: string): ServerFailure {
  const text = readOnlySentence(nodeId);
  const facts = describeFailure('readOnly', { nodeId });
  return new ServerFailure({ ...facts, text, advice: READ_ONLY_ADVICE });
}
