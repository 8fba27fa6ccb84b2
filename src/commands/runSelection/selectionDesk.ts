import { isServerFailure, type FailureReason } from '../../core/failure';
import { formatEndpoint } from '../../core/endpoint';
import { formatDuration } from '../../core/format';
import { READ_ONLY_ADVICE, readOnlySentence } from '../../core/plan/readOnlyFindings';
import type { AuditLog } from '../../core/ports/auditLog';
import type { NodeGateway } from '../../core/ports/nodeGateway';
import type { SelectionAnswer } from '../../core/ports/selectionGateway';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import { routesOf, type RouteCandidate } from '../../core/routing/whereTo';
import { readOrderOf, type ReadOrder } from '../../core/runSelection/readOrder';
import {
  refusedText,
  resultDocument,
  whyThere,
  writeQuestion,
} from '../../core/runSelection/selectionText';
import { offsetOf, refusalOf } from '../../core/runSelection/statementText';
import { say } from '../../core/say';
import type { TopologySnapshot } from '../../core/snapshot';
import { SQLSTATE } from '../../core/sqlstate';
import type { TopologyNode } from '../../core/topology';
import type { ContactDesk } from '../../host/contactDesk';
import { NodeRunner, type Confirmed, type NodeRunnerDeps, type Ran } from './nodeRunner';

/** Nobody answers there, or no longer: another node may do. */
const AWAY: readonly FailureReason[] = [
  'refused',
  'unresolved',
  'unroutable',
  'silent',
  'lost',
  'starting',
  'readTimeout',
  'connectionsFull',
  'noHostFits',
];

export interface SelectionDeskDeps extends NodeRunnerDeps {
  readonly endpointsOf: NodeGateway['endpointsOf'];
  readonly contact: Pick<ContactDesk, 'actOn' | 'allows'>;
  readonly monitor: Pick<TopologyMonitor, 'current' | 'refresh'>;
  readonly audit: Pick<AuditLog, 'statement'>;
}

type Answered<Kind extends SelectionAnswer['kind']> = Extract<
  SelectionAnswer,
  { readonly kind: Kind }
>;

/**
 * The way of one statement: to the node that reads go to, in a transaction that cannot write; where that is refused as a write, and
 * only when it was shown and confirmed, to the one that writes go to.
 */
export class SelectionDesk {
  readonly #runner: NodeRunner;

  constructor(
    private readonly deps: SelectionDeskDeps,
    private readonly topologyId: string,
    private readonly text: string,
    /** Line of its document that it begins in, from 1 on. */
    private readonly firstLine: number,
  ) {
    this.#runner = new NodeRunner(deps, topologyId, text);
  }

  /** @throws ServerFailure of a node for which no other stands in */
  async run(): Promise<void> {
    const { contact, monitor, dialogs, clock } = this.deps;
    const refusal = refusalOf(this.text);
    if (refusal !== null) {
      dialogs.tell(refusal);
      return;
    }
    const whole = { topologyId: this.topologyId, nodeId: null };
    if (!(await contact.actOn(whole))) return;
    await monitor.refresh(whole, 'manual');
    const snapshot = this.#snapshot();
    if (snapshot === null) return;
    const order = readOrderOf(snapshot, clock.nowMs());
    if ('problem' in order) {
      dialogs.tellNowhere(order.problem);
      return;
    }
    await this.#read(order, snapshot);
  }

  async #read(order: ReadOrder, snapshot: TopologySnapshot): Promise<void> {
    const { dialogs } = this.deps;
    const passedOver: RouteCandidate[] = [...order.passedOver];
    for (const [index, candidate] of order.nodes.entries()) {
      const next = order.nodes[index + 1];
      const node = nodeOf(snapshot, candidate.nodeId);
      if (node === null) return;
      try {
        const title = say`Running on ${node.id} (${candidate.reason}), READ ONLY`;
        const ran = await this.#runner.run(node, title, null);
        if (ran === null) return;
        await this.#tell(ran, whyThere(candidate, passedOver), false);
        return;
      } catch (error) {
        if (!isServerFailure(error) || !AWAY.includes(error.facts.reason)) throw error;
        if (next === undefined) throw error;
        const message = `${error.facts.text} ${say`Nothing was changed.`}`;
        if (!(await dialogs.askNext(message, next.nodeId))) return;
        passedOver.push({ ...candidate, state: 'refused', reason: say`it did not answer` });
      }
    }
  }

  async #tell(ran: Ran, why: readonly string[], mayWrite: boolean): Promise<void> {
    const { dialogs } = this.deps;
    const { answer, atMs, durationMs } = ran;
    switch (answer.kind) {
      case 'done': {
        const { place, result } = answer;
        const text = resultDocument({
          place,
          result,
          text: this.text,
          mayWrite,
          why,
          atMs,
          durationMs,
        });
        await dialogs.showResult(say`Result from ${place.nodeId}`, text);
        return;
      }
      case 'refused': {
        if (!mayWrite && answer.failure.sqlstate === SQLSTATE.readOnlyTransaction) {
          await this.#offerWrite(answer);
          return;
        }
        const offset = answer.position === null ? null : offsetOf(this.text, answer.position);
        const before = offset === null ? null : this.text.slice(0, offset).split(/\r\n|[\r\n]/u);
        const line = before === null ? null : this.firstLine + before.length - 1;
        dialogs.tellRefused(refusedText(answer, line), offset);
        return;
      }
      case 'unknown':
        dialogs.warn(
          say`The connection to ${answer.place.nodeId} was lost while the transaction was being committed: whether it was, is not known. Look there before you run it again.`,
        );
    }
  }

  /** The statement writes: shown, confirmed, and run where writes go; refused where the file forbids it. */
  async #offerWrite(refused: Answered<'refused'>): Promise<void> {
    const { dialogs, clock, gateway, endpointsOf } = this.deps;
    const snapshot = this.#snapshot();
    if (snapshot === null) return;
    const { topology } = snapshot;
    const { nodeId, outcome, reason } = routesOf(snapshot, clock.nowMs()).writes;
    const node = nodeId === null ? null : nodeOf(snapshot, nodeId);
    if (node === null) {
      const where =
        outcome === 'nowhere'
          ? say`Writes go nowhere now: ${reason}.`
          : say`Where writes go is not known now: ${reason}.`;
      dialogs.tell(
        say`This statement writes, and was refused in a READ ONLY transaction. ${where}`,
      );
      return;
    }
    if (node.access === 'readOnly') {
      const sentence = readOnlySentence(node.id);
      dialogs.tell(say`This statement writes. ${sentence} ${READ_ONLY_ADVICE}`);
      return;
    }
    const sample = snapshot.nodes.find(({ id }) => id === node.id)?.sample;
    const user = await gateway.userOf(node, null);
    const endpoint = sample?.endpoint ?? (await endpointsOf(node))[0];
    const address = endpoint === undefined ? node.id : formatEndpoint(endpoint);
    const database = node.connection['dbname'] ?? sample?.fast?.database ?? user;
    const question = writeQuestion(
      this.text,
      {
        nodeId: node.id,
        place: say`${address}/${database} as ${user}`,
        topologyName: topology.name,
        environment: topology.environment,
        reason,
      },
      refused,
    );
    const mustType = topology.environment === 'production' ? node.id : null;
    if (!(await dialogs.confirmWrite(question, mustType))) return;
    await this.#write(node, { user, reason, endpoint: endpoint ?? null });
  }

  async #write(node: TopologyNode, confirmed: Confirmed): Promise<void> {
    const { dialogs, audit } = this.deps;
    const { user, reason } = confirmed;
    const note = (atMs: number, outcome: string) =>
      audit.statement({
        atMs,
        nodeId: node.id,
        user,
        sql: this.text.trim().replace(/;$/u, ''),
        outcome,
      });
    const startedAtMs = this.deps.clock.nowMs();
    try {
      const ran = await this.#runner.run(node, say`Running on ${node.id}, READ WRITE`, confirmed);
      if (ran === null) return;
      note(ran.atMs, outcomeOf(ran));
      await this.#tell(ran, [say`Writes go there now: ${reason}.`], true);
    } catch (error) {
      if (!isServerFailure(error)) throw error;
      note(startedAtMs, error.facts.text);
      if (error.facts.reason !== 'cancelled') throw error;
      dialogs.tell(say`Cancelled: nothing was changed on ${node.id}.`);
    }
  }

  #snapshot(): TopologySnapshot | null {
    return this.deps.monitor.current().find(({ id }) => id === this.topologyId) ?? null;
  }
}

function outcomeOf({ answer, durationMs }: Ran): string {
  if (answer.kind === 'done') {
    return say`committed in ${formatDuration(durationMs)}: ${answer.result.tag ?? ''}`;
  }
  return answer.kind === 'unknown'
    ? say`not known whether it was committed: ${answer.failure.text}`
    : answer.failure.text;
}

function nodeOf({ topology }: TopologySnapshot, nodeId: string): TopologyNode | null {
  return topology.nodes.find(({ id }) => id === nodeId) ?? null;
}
