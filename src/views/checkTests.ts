import {
  Location,
  TestMessage,
  TestRunProfileKind,
  tests,
  type CancellationToken,
  type TestController,
  type TestItem,
  type TestRun,
  type TestRunRequest,
} from 'vscode';
import { isWithinBudget, type CheckResult } from '../core/checks/checkResult';
import { checkLine, checkProblem, type KnownCause } from '../core/describe/checkReport';
import type { Checks } from '../core/ports/checks';
import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { say } from '../core/say';
import type { TopologySnapshot } from '../core/snapshot';
import type { ContactDesk } from '../host/contactDesk';
import { DisposableStore } from '../host/disposableStore';
import { LineIndex } from '../host/lineIndex';
import { checkItemsOf } from './checkItems';
import type { TopologyFile, TopologyFiles } from './topologyFiles';

const RESTRICTED = say`Not checking: this workspace is in restricted mode.`;
const NOT_ANSWERED = say`There was no result: the topology changed while it was checked.`;

export interface CheckTestsDeps {
  readonly files: Pick<TopologyFiles, 'current' | 'onDidChange'>;
  readonly monitor: Pick<TopologyMonitor, 'current'>;
  readonly checks: Pick<Checks, 'run' | 'repeat'>;
  readonly contact: Pick<ContactDesk, 'actOn'>;
  readonly diagnose: (snapshot: TopologySnapshot, subject: string) => KnownCause;
  readonly redact: (text: string) => string;
}

/** The items of one topology that are to be run, by edge id. */
type Wanted = ReadonlyMap<string, TestItem>;

/** Edges in the Test Explorer: topology › edge, each run as a check, once or continuously. */
export class CheckTests implements Disposable {
  readonly #store = new DisposableStore();
  readonly #controller: TestController;

  constructor(private readonly deps: CheckTestsDeps) {
    this.#controller = this.#store.add(
      tests.createTestController('pgTopology.checks', 'Postgres Topology'),
    );
    const { Run } = TestRunProfileKind;
    const handler = async (request: TestRunRequest, token: CancellationToken) =>
      this.#handle(request, token);
    const profile = this.#controller.createRunProfile(
      say`Run Checks`,
      Run,
      handler,
      true,
      undefined,
      true,
    );
    this.#store.add(profile);
    this.#store.add(deps.files.onDidChange(() => this.#draw()));
    this.#draw();
  }

  /** What the Test Explorer shows, for tests of our own. */
  get controller(): Pick<TestController, 'items'> {
    return this.#controller;
  }

  dispose(): void {
    this.#store.dispose();
  }

  #draw(): void {
    const { items } = this.#controller;
    const files = this.deps.files.current().filter(({ topology }) => topology !== null);
    const kept = new Set(files.map(({ id }) => id));
    const gone: string[] = [];
    items.forEach(({ id }) => {
      if (!kept.has(id)) gone.push(id);
    });
    for (const id of gone) items.delete(id);
    for (const file of files) this.#drawFile(file);
  }

  #drawFile({ id, uri, topology, shown }: TopologyFile): void {
    if (topology === null) return;
    const { items } = this.#controller;
    const root = items.get(id) ?? this.#controller.createTestItem(id, topology.name, uri);
    root.label = topology.name;
    items.add(root);
    const lines = shown === null ? null : new LineIndex(shown.text);
    const declared = checkItemsOf(topology, shown?.parsed.positions ?? null);
    const children = declared.map(({ edgeId, label, range }) => {
      const known = root.children.get(edgeId);
      const item = known ?? this.#controller.createTestItem(edgeId, label, uri);
      item.label = label;
      item.range = range === null || lines === null ? undefined : lines.rangeOf(range);
      return item;
    });
    root.children.replace(children);
  }

  async #handle(request: TestRunRequest, token: CancellationToken): Promise<void> {
    const wanted = this.#wanted(request);
    const abort = new AbortController();
    const cancelled = token.onCancellationRequested(() => abort.abort());
    try {
      if (request.continuous === true) await this.#repeat(request, wanted, abort.signal);
      else await this.#runOnce(request, wanted, abort);
    } finally {
      cancelled.dispose();
    }
  }

  async #runOnce(
    request: TestRunRequest,
    wanted: ReadonlyMap<string, Wanted>,
    abort: AbortController,
  ): Promise<void> {
    const run = this.#controller.createTestRun(request);
    const cancelled = run.token.onCancellationRequested(() => abort.abort());
    try {
      await Promise.all(
        [...wanted].map(async ([topologyId, items]) => {
          for (const item of items.values()) run.enqueued(item);
          // A token may be written at a primary far above, so the whole topology is asked about.
          if (!(await this.deps.contact.actOn({ topologyId, nodeId: null }))) {
            for (const item of items.values()) run.errored(item, new TestMessage(RESTRICTED));
            return;
          }
          for (const item of items.values()) run.started(item);
          const open = new Map(items);
          await this.deps.checks.run(topologyId, [...items.keys()], abort.signal, (result) => {
            const item = open.get(result.edgeId);
            open.delete(result.edgeId);
            if (item !== undefined) this.#tell(run, topologyId, item, result);
          });
          for (const item of open.values()) this.#leave(run, item, abort.signal.aborted);
        }),
      );
    } finally {
      cancelled.dispose();
      run.end();
    }
  }

  async #repeat(
    request: TestRunRequest,
    wanted: ReadonlyMap<string, Wanted>,
    signal: AbortSignal,
  ): Promise<void> {
    await Promise.all(
      [...wanted].map(async ([topologyId, items]) => {
        if (!(await this.deps.contact.actOn({ topologyId, nodeId: null }))) return;
        await this.deps.checks.repeat(topologyId, [...items.keys()], signal, (results) => {
          if (signal.aborted) return;
          // Not kept over a reload: every few seconds there is another.
          const run = this.#controller.createTestRun(request, undefined, false);
          for (const result of results) {
            const item = items.get(result.edgeId);
            if (item === undefined) continue;
            run.started(item);
            this.#tell(run, topologyId, item, result);
          }
          run.end();
        });
      }),
    );
  }

  /** @returns by topology, with what was excluded left out */
  #wanted({ include, exclude = [] }: TestRunRequest): ReadonlyMap<string, Wanted> {
    const wanted = new Map<string, Map<string, TestItem>>();
    const add = (item: TestItem): void => {
      if (exclude.includes(item)) return;
      const { parent } = item;
      if (parent === undefined) {
        item.children.forEach(add);
        return;
      }
      if (exclude.includes(parent)) return;
      const items = wanted.get(parent.id) ?? new Map<string, TestItem>();
      wanted.set(parent.id, items.set(item.id, item));
    };
    if (include === undefined) this.#controller.items.forEach(add);
    else include.forEach(add);
    return wanted;
  }

  #tell(run: TestRun, topologyId: string, item: TestItem, result: CheckResult): void {
    const place = placeOf(item);
    const tell = (text: string): void =>
      run.appendOutput(`${this.deps.redact(text)}\r\n`, place, item);
    tell(checkLine(item.label, result));
    if (result.outcome === 'cancelled') {
      run.skipped(item);
      return;
    }
    const problem = checkProblem(item.label, result, this.#causeOf(topologyId, result));
    if (problem === null) {
      run.passed(item, result.arrivedMs ?? undefined);
      return;
    }
    const message = new TestMessage(this.deps.redact(problem));
    if (place !== undefined) message.location = place;
    if (result.outcome === 'notPossible') run.errored(item, message);
    else run.failed(item, message, result.arrivedMs ?? undefined);
  }

  #causeOf(topologyId: string, result: CheckResult): KnownCause {
    if (isWithinBudget(result)) return null;
    const snapshot = this.deps.monitor.current().find(({ id }) => id === topologyId);
    return snapshot === undefined ? null : this.deps.diagnose(snapshot, result.edgeId);
  }

  #leave(run: TestRun, item: TestItem, wasCancelled: boolean): void {
    if (wasCancelled) run.skipped(item);
    else run.errored(item, new TestMessage(NOT_ANSWERED));
  }
}

function placeOf({ uri, range }: TestItem): Location | undefined {
  return uri === undefined || range === undefined ? undefined : new Location(uri, range);
}
