import { isLoopback } from '../../core/endpoint';
import { FILE_KEYWORDS } from '../../core/connectionStringKeywords';
import { isServerFailure } from '../../core/failure';
import type { ConnectionTest } from '../../core/plan/requests';
import type { ChangeGateway } from '../../core/ports/changeGateway';
import { say } from '../../core/say';
import type { ConnectionParams, TopologyNode } from '../../core/topology';
import type { CommandDeps } from '../commandDeps';
import type { PlanDialogs } from './planDialogs';

interface TestDeps {
  /** Shows that it is under way. */
  readonly whileReading: PlanDialogs['whileReading'];
  readonly gateway: Pick<ChangeGateway, 'tryReplication'>;
  readonly contact: Pick<CommandDeps['contact'], 'allows'>;
  readonly endpointsOf: CommandDeps['endpointsOf'];
}

/** Who is to dial whom. */
export interface ConnectionUnderTest {
  readonly topologyId: string;
  readonly subscriber: TopologyNode;
  readonly publisher: TopologyNode;
  /** libpq keywords as the statement will hold them, the password among them. */
  readonly conninfo: ConnectionParams;
}

/**
 * Tries the address of a publisher from this machine, where that says something: its files are not those of another host,
 * it does not mean another machine there than here, and the user approved it.
 * @throws ServerFailure when the user gave up meanwhile
 */
export async function testConnection(
  { gateway, contact, endpointsOf, whileReading }: TestDeps,
  tested: ConnectionUnderTest,
): Promise<ConnectionTest> {
  const { topologyId, subscriber, publisher, conninfo } = tested;
  const why = whyNot(
    tested,
    (await endpointsOf(subscriber)).map(({ host }) => host),
  );
  if (why !== null) return { kind: 'notTried', why };
  const connection = Object.fromEntries(
    Object.entries(conninfo).filter(([keyword]) => keyword !== 'password'),
  );
  if (!(await contact.allows(topologyId, { ...publisher, connection }))) {
    const where = `${conninfo['host'] ?? publisher.id}:${conninfo['port'] ?? '5432'}`;
    return { kind: 'notTried', why: say`${where} was not approved from this folder.` };
  }
  try {
    const { systemIdentifier } = await whileReading(say`Trying the connection`, async (signal) =>
      gateway.tryReplication(publisher.id, conninfo, signal),
    );
    return { kind: 'passed', systemIdentifier };
  } catch (error) {
    if (!isServerFailure(error) || error.facts.reason === 'cancelled') throw error;
    return { kind: 'failed', failure: error.facts };
  }
}

/** @returns a finished sentence about why trying it here would say nothing; `null` when it would */
function whyNot(
  { subscriber, conninfo }: ConnectionUnderTest,
  subscriberHosts: readonly string[],
): string | null {
  const file = ['service', ...FILE_KEYWORDS].find((keyword) => conninfo[keyword] !== undefined);
  if (file !== undefined) {
    return say`Its ${file} is on the host of ${subscriber.id} and is not read from here.`;
  }
  const hosts = (conninfo['hostaddr'] ?? conninfo['host'] ?? '').split(',');
  const local = hosts.find(isLoopback);
  if (local !== undefined && !subscriberHosts.every(isLoopback)) {
    return say`On the host of ${subscriber.id} "${local}" is another machine than here.`;
  }
  return null;
}
