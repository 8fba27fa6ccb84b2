import { asChangeFailure } from '../../core/changeFailure';
import { formatEndpoint } from '../../core/endpoint';
import { isServerFailure, ServerFailure, type FailureReason } from '../../core/failure';
import { describeFailure } from '../../core/failureText';
import { nodeAs } from '../../core/nodeAs';
import { READ_ONLY_ADVICE, readOnlySentence } from '../../core/plan/readOnlyFindings';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type {
  SelectionAnswer,
  SelectionGateway,
  SelectionPlace,
  SelectionRequest,
} from '../../core/ports/selectionGateway';
import { redact } from '../../core/redact';
import { say } from '../../core/say';
import type { TopologyNode } from '../../core/topology';
import type { NodeDialer } from '../nodeDialer';
import type { ConnectedSession } from '../session/connectNode';
import { SELECTION_LIMITS } from '../session/limits';
import type { PgSession } from '../session/pgSession';
import { RowsQuery } from './rowsQuery';

/** After these nobody is there any more who could have refused the statement. */
const GONE: readonly FailureReason[] = ['lost', 'starting', 'readTimeout', 'cancelled'];

/** Runs what a person selected with `pg`: one session and one transaction for each statement. */
export class PgSelectionGateway implements SelectionGateway {
  constructor(private readonly dialer: NodeDialer) {}

  async runSelection(
    node: TopologyNode,
    request: SelectionRequest,
    signal: CancelSignal,
  ): Promise<SelectionAnswer> {
    const { mayWrite } = request;
    if (mayWrite && node.access === 'readOnly') throw forbidden(node.id);
    try {
      const user = mayWrite ? node.adminUser : null;
      const target = user === null ? node : nodeAs(node, user);
      const kind = { limits: SELECTION_LIMITS, isReadOnly: !mayWrite };
      const connected = await this.dialer.open(target, kind, signal);
      try {
        return await runOn(connected, request, signal);
      } finally {
        await connected.session.close();
      }
    } catch (error) {
      throw toldAsChange(error, node.id);
    }
  }
}

async function runOn(
  { session, subject, target, probe }: ConnectedSession<PgSession>,
  { text, mayWrite, maxRows, endpoint }: SelectionRequest,
  signal: CancelSignal,
): Promise<SelectionAnswer> {
  const { nodeId } = subject;
  if (mayWrite && probe.isInRecovery) {
    throw new ServerFailure(describeFailure('readOnly', { nodeId }));
  }
  if (endpoint !== null && formatEndpoint(endpoint) !== formatEndpoint(target.endpoint)) {
    const detail = say`${formatEndpoint(endpoint)} was confirmed, and ${formatEndpoint(target.endpoint)} answered`;
    throw new ServerFailure(describeFailure('noHostFits', { nodeId, detail }));
  }
  const place: SelectionPlace = {
    nodeId,
    endpoint: target.endpoint,
    database: subject.database ?? '',
    user: subject.user ?? '',
    isInRecovery: probe.isInRecovery,
  };
  // A query in front of the statement takes the snapshot: from then on the server lets nobody make the transaction READ WRITE.
  await session.queryTogether(
    [`BEGIN TRANSACTION READ ${mayWrite ? 'WRITE' : 'ONLY'}`, 'SELECT pg_catalog.now()'],
    signal,
  );
  const query = new RowsQuery(text, { maxRows, isReadToEnd: mayWrite });
  try {
    const notices = await session.submit(query, signal);
    // Once it is asked for, giving up would leave open whether it was done.
    if (mayWrite) {
      const lost = await commit(session);
      if (lost !== null) return { ...lost, place };
    } else {
      // The rows are there; where this fails, the end of the session rolls back.
      await session.queryTogether(['ROLLBACK'], signal).catch(() => undefined);
    }
    return { kind: 'done', place, result: { ...query.kept, notices } };
  } catch (error) {
    if (!isServerFailure(error) || GONE.includes(error.facts.reason)) throw error;
    const { position, hint, isSeveral } = query.errorPlace;
    return {
      kind: 'refused',
      place,
      failure: error.facts,
      position,
      hint: hint === null ? null : redact(hint),
      isSeveral,
    };
  }
}

/** @throws ServerFailure where the server refused, as for a deferred constraint: nothing has changed then */
async function commit(
  session: PgSession,
): Promise<Omit<Extract<SelectionAnswer, { kind: 'unknown' }>, 'place'> | null> {
  try {
    await session.queryTogether(['COMMIT']);
    return null;
  } catch (error) {
    if (!isServerFailure(error) || !GONE.includes(error.facts.reason)) throw error;
    return { kind: 'unknown', failure: error.facts };
  }
}

function forbidden(nodeId: string): ServerFailure {
  const facts = describeFailure('readOnly', { nodeId });
  return new ServerFailure({ ...facts, text: readOnlySentence(nodeId), advice: READ_ONLY_ADVICE });
}

function toldAsChange(error: unknown, nodeId: string): unknown {
  return isServerFailure(error)
    ? new ServerFailure(asChangeFailure(error.facts, nodeId), { cause: error.cause })
    : error;
}
