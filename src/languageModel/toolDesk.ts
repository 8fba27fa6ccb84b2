import { concernedNodes } from '../core/describe/concernedNodes';
import type { CancelSignal } from '../core/ports/cancelSignal';
import type { Clock } from '../core/ports/clock';
import type { Log } from '../core/ports/log';
import type { RefreshReason, TopologyMonitor } from '../core/ports/topologyMonitor';
import type { TopologySnapshot } from '../core/snapshot';
import { answerText, safeText, type BuildAnswer } from './answer';
import { explanationAnswer } from './explanationAnswer';
import { findSubject } from './findSubject';
import { toldOf, type Told } from './notTold';
import { planAnswer } from './planAnswer';
import { planWish } from './planKinds';
import { readForPlan, type PlanReaderDeps } from './planReader';
import { queueAnswer } from './queueAnswer';
import { ToolError } from './toolError';
import { TOOL_INPUTS, type ToolName } from './toolInputs';
import type { EdgeInput, PlanInput, QueueInput, TopologyInput } from './toolInputs';
import { topologyAnswer } from './topologyAnswer';

export interface ToolDeskDeps extends PlanReaderDeps {
  readonly monitor: Pick<TopologyMonitor, 'current' | 'refresh'>;
  readonly isTrusted: () => boolean;
  readonly clock: Clock;
  readonly log: Log;
}

/** What a person is asked to allow, before anything is read. */
export interface Preparation {
  /** `Reading the topology Central cloud` */
  readonly doing: string;
  readonly title: string;
  /** Plain text: what is read where, and told to whom. */
  readonly question: string;
  /** What the plan is about; `null`: no single statement. */
  readonly sql: string | null;
}

/** So long a tool waits for servers; then it tells what is known, with its age. */
const ANSWER_LIMIT_MS = 10_000;

/** Names in a question to a person. */
const NAMED = 10;

/**
 * The read-only tools for language models. They know nothing of nodes that the file keeps from them, contact nobody that the user did
 * not allow before, and change nothing.
 */
export class ToolDesk {
  constructor(private readonly deps: ToolDeskDeps) {}

  /** @throws ToolError as `invoke` would, so that nobody is asked to allow what cannot be */
  prepare(tool: ToolName, input: unknown): Preparation {
    const call = this.#begin(tool, input);
    const { topology } = call.told.snapshot;
    const of = `of ${topology.name}`;
    const tells = 'The language model is told what they answer. Nothing is changed.';
    switch (call.tool) {
      case 'get_topology':
        return {
          doing: `Reading the topology ${topology.name}`,
          title: 'Tell the language model of the topology?',
          question: `Reads the state ${of}: ${named(topology.nodes.map(({ id }) => id))}. ${tells}`,
          sql: null,
        };
      case 'explain_edge': {
        const subject = findSubject(call.told.snapshot, call.input.edge);
        const nodes = concernedNodes(call.told.snapshot, subject);
        return {
          doing: `Explaining ${subject}`,
          title: 'Let the language model have this explained?',
          question: `Asks ${named(nodes)} about ${subject} ${of}, including texts of sessions and of the server log that have to do with it. ${tells}`,
          sql: null,
        };
      }
      case 'get_queue_status':
        return {
          doing: `Reading the queues of ${topology.name}`,
          title: 'Tell the language model of the offline queues?',
          question: `Reads how many operations wait ${of} on ${named(queuesOf(call.told, call.input).map(({ nodeId }) => nodeId))}, never what is in them. ${tells}`,
          sql: null,
        };
      case 'preview_plan': {
        const wish = planWish(call.input, call.told.snapshot);
        const nodes = [...new Set([...wish.needs, ...wish.wants])];
        return {
          doing: 'Planning, without running anything',
          title: 'Let the language model see a plan?',
          question: `Reads the catalogs of ${named(nodes)} ${of}, in sessions that cannot write, and plans what ${wish.sql === null ? 'brings them to the topology file' : 'follows'}. The plan is told to the language model; it is not run.`,
          sql: wish.sql,
        };
      }
    }
  }

  /** @returns JSON text. @throws ToolError, and nothing else, with words for the model */
  async invoke(tool: ToolName, input: unknown, signal: CancelSignal): Promise<string> {
    const call = this.#begin(tool, input);
    try {
      return await this.#answer(call, signal);
    } catch (error) {
      const { scrub } = call.told;
      if (error instanceof ToolError) throw new ToolError(safeText(error.message, scrub));
      this.deps.log.error(`A tool for language models failed: ${String(error)}`);
      throw new ToolError(
        'This failed inside the extension. Ask the user to run the command "Postgres Topology: Show Log".',
      );
    }
  }

  async #answer(call: Call, signal: CancelSignal): Promise<string> {
    const { id } = call.told.snapshot;
    const tell = (build: BuildAnswer, told: Told) => answerText(build, told.scrub);
    const nowMs = () => this.deps.clock.nowMs();
    switch (call.tool) {
      case 'get_topology': {
        const told = await this.#askAnew(call.told, null, 'afterCommand', signal);
        return tell(topologyAnswer(told, nowMs()), told);
      }
      case 'explain_edge': {
        const subject = findSubject(call.told.snapshot, call.input.edge);
        const concerned = concernedNodes(call.told.snapshot, subject);
        const told = await this.#askAnew(call.told, concerned, 'manual', signal);
        const still = findSubject(told.snapshot, subject);
        return tell(explanationAnswer(told, still, nowMs()), told);
      }
      case 'get_queue_status': {
        const before = queuesOf(call.told, call.input);
        const ends = before.flatMap(({ nodeId, primaryId }) => [nodeId, primaryId]);
        const told = await this.#askAnew(call.told, ends, 'afterCommand', signal);
        const queues = queuesOf(told, call.input);
        return tell(
          (take) => ({ queues: take(queues, (queue) => queueAnswer(queue, nowMs(), take)) }),
          told,
        );
      }
      case 'preview_plan': {
        const { snapshot } = call.told;
        const wish = planWish(call.input, snapshot);
        const { context, unread } = await readForPlan(this.deps, snapshot, wish, signal);
        const plan = wish.plan({ ...context, topologyId: id }, unread);
        return tell((take) => planAnswer(plan, call.told, wish.command, take), call.told);
      }
    }
  }

  #begin(tool: ToolName, input: unknown): Call {
    if (!this.deps.isTrusted()) {
      throw new ToolError(
        'This workspace is in Restricted Mode: nothing of its topology is told and no server is contacted. Only the user can change that, by trusting the workspace.',
      );
    }
    const call = parsed(tool, input);
    const told = toldOf(chosenTopology(this.deps.monitor.current(), call.input.topology));
    if (told.snapshot.topology.nodes.length === 0) {
      throw new ToolError('No node of this topology may be told to language models.');
    }
    return { ...call, told };
  }

  /**
   * Reads nodes once more, as far as the user allowed that before; waits at most ten seconds.
   * @param nodeIds `null`: all that may be told
   * @returns what is known then
   */
  async #askAnew(
    { snapshot }: Told,
    nodeIds: readonly string[] | null,
    reason: RefreshReason,
    signal: CancelSignal,
  ): Promise<Told> {
    const { monitor, clock } = this.deps;
    const { id: topologyId } = snapshot;
    const asked = (nodeIds ?? snapshot.topology.nodes.map(({ id }) => id)).map(async (nodeId) =>
      monitor.refresh({ topologyId, nodeId }, reason),
    );
    let release: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => {
      const stop = clock.schedule(ANSWER_LIMIT_MS, resolve);
      signal.addEventListener('abort', resolve);
      release = () => {
        stop();
        signal.removeEventListener('abort', resolve);
      };
    });
    await Promise.race([Promise.all(asked), ended]);
    release();
    if (signal.aborted) throw new ToolError('The user stopped this.');
    const now = monitor.current().find(({ id }) => id === topologyId);
    if (now === undefined)
      throw new ToolError('The topology file was closed or removed meanwhile.');
    return toldOf(now);
  }
}

type Parsed =
  | { readonly tool: 'get_topology'; readonly input: TopologyInput }
  | { readonly tool: 'explain_edge'; readonly input: EdgeInput }
  | { readonly tool: 'get_queue_status'; readonly input: QueueInput }
  | { readonly tool: 'preview_plan'; readonly input: PlanInput };
type Call = Parsed & { readonly told: Told };

function parsed(tool: ToolName, input: unknown): Parsed {
  const result = TOOL_INPUTS[tool].safeParse(input ?? {});
  if (!result.success) {
    const [issue] = result.error.issues;
    const at =
      issue === undefined || issue.path.length === 0 ? '' : ` at "${issue.path.join('.')}"`;
    throw new ToolError(`The input does not fit the tool's schema${at}. See its input schema.`);
  }
  // Each tool's own schema made it, which the compiler does not see through the table.
  return { tool, input: result.data } as Parsed;
}

/** @throws ToolError where it is not clear which is meant */
function chosenTopology(
  snapshots: readonly TopologySnapshot[],
  wanted: string | undefined,
): TopologySnapshot {
  const found =
    wanted === undefined
      ? snapshots
      : snapshots.filter(({ id, topology }) => id === wanted || topology.name === wanted);
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  if (snapshots.length === 0) {
    throw new ToolError('There is no valid topology file in this workspace.');
  }
  const names = [...new Set(snapshots.map(({ topology }) => `"${topology.name}"`))].join(', ');
  throw new ToolError(`Say which topology is meant, by "topology": one of ${names}.`);
}

/** @throws ToolError for a node without a queue */
function queuesOf({ snapshot }: Told, { node }: QueueInput): TopologySnapshot['queues'] {
  const { queues } = snapshot;
  const found = queues.filter(
    ({ nodeId, id }) => node === undefined || nodeId === node || id === node,
  );
  if (found.length > 0 || (node === undefined && queues.length === 0)) return found;
  const edges = queues.map(({ nodeId }) => nodeId).join(', ');
  throw new ToolError(
    queues.length === 0
      ? 'No node of this topology has an offline queue.'
      : `That node has no offline queue. These have one: ${edges}.`,
  );
}

function named(nodes: readonly string[]): string {
  if (nodes.length === 0) return 'no node';
  const names = nodes.slice(0, NAMED).join(', ');
  return nodes.length > NAMED ? `${names} and ${nodes.length - NAMED} more` : names;
}
