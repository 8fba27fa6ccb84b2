import { asChangeFailure } from '../core/changeFailure';
import { isServerFailure, ServerFailure } from '../core/failure';
import { describeFailure } from '../core/failureText';
import { nodeAs } from '../core/nodeAs';
import { READ_ONLY_ADVICE, readOnlySentence } from '../core/plan/readOnlyFindings';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { ChangeAccess, ChangeGateway, ChangeSession } from '../core/ports/changeGateway';
import type { TopologyNode } from '../core/topology';
import { readSessionRole, sessionRoleStatement } from './catalog/plan/sessionRole';
import type { NodeDialer } from './nodeDialer';
import { PgChangeSession } from './pgChangeSession';
import { CHANGE_LIMITS } from './session/limits';
import { tryReplication } from './tryReplication';

/** Opens sessions for plans and checks with `pg`. Holds none itself: whoever opens one closes it. */
export class PgChangeGateway implements ChangeGateway {
  constructor(private readonly dialer: NodeDialer) {}

  async userOf(node: TopologyNode, user: string | null): Promise<string> {
    return user ?? node.adminUser ?? (await this.dialer.resolve(node)).user;
  }

  async openChange(
    node: TopologyNode,
    access: ChangeAccess,
    signal: CancelSignal,
  ): Promise<ChangeSession> {
    if (access.mayWrite && node.access === 'readOnly') throw refused(node.id);
    try {
      const user = access.user ?? node.adminUser;
      const target = user === null ? node : nodeAs(node, user);
      const kind = { limits: CHANGE_LIMITS, isReadOnly: !access.mayWrite };
      const connected = await this.dialer.open(target, kind, signal);
      try {
        const answer = await connected.session.query(sessionRoleStatement, signal);
        return new PgChangeSession(connected, readSessionRole(answer.rows[0]));
      } catch (error) {
        await connected.session.close();
        throw error;
      }
    } catch (error) {
      throw toldAsChange(error, node.id);
    }
  }

  tryReplication(
    nodeId: string,
    conninfo: Readonly<Record<string, string>>,
    signal: CancelSignal,
  ): Promise<{ readonly systemIdentifier: string }> {
    return tryReplication(this.dialer, nodeId, conninfo, signal);
  }
}

/** The last of several gates: no session that could write is opened where the file forbids it. */
function refused(nodeId: string): ServerFailure {
  const text = readOnlySentence(nodeId);
  const facts = describeFailure('readOnly', { nodeId });
  return new ServerFailure({ ...facts, text, advice: READ_ONLY_ADVICE });
}

function toldAsChange(error: unknown, nodeId: string): unknown {
  return isServerFailure(error)
    ? new ServerFailure(asChangeFailure(error.facts, nodeId), { cause: error.cause })
    : error;
}
