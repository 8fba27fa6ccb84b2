import {
  CustomExecution,
  EventEmitter,
  Task,
  TaskScope,
  tasks,
  type Pseudoterminal,
  type TaskDefinition,
  type TaskProvider,
} from 'vscode';
import type { Disposable } from '../core/ports/disposable';
import type { Log } from '../core/ports/log';
import { say } from '../core/say';
import { DisposableStore } from './disposableStore';

const TASK_TYPE = 'pg-topology';
const MATCHER = '$pg-topology-check';
const CTRL_C = '\u0003';

/** Carries out one task. @returns its exit code */
export type RunTask = (
  definition: TaskDefinition,
  write: (line: string) => void,
  signal: AbortSignal,
) => Promise<number>;

/** Offers `pg-topology: check`, and carries out what tasks.json makes of it. */
export class CheckTaskProvider implements TaskProvider, Disposable {
  readonly #store = new DisposableStore();

  constructor(
    private readonly run: RunTask,
    private readonly log: Pick<Log, 'error'>,
  ) {
    this.#store.add(tasks.registerTaskProvider(TASK_TYPE, this));
  }

  provideTasks(): Task[] {
    const once = { type: TASK_TYPE, task: 'check' };
    return [
      this.#taskOf(once, TaskScope.Workspace, 'check'),
      this.#taskOf(
        { ...once, waitUntilHealthy: true },
        TaskScope.Workspace,
        say`wait until healthy`,
      ),
    ];
  }

  /** The definition must stay the very same object: VS Code knows the task by it. */
  resolveTask({ definition, scope, name }: Task): Task | undefined {
    if (definition['task'] !== 'check') return undefined;
    return this.#taskOf(definition, scope ?? TaskScope.Workspace, name);
  }

  dispose(): void {
    this.#store.dispose();
  }

  #taskOf(definition: TaskDefinition, scope: NonNullable<Task['scope']>, name: string): Task {
    const execution = new CustomExecution((resolved) =>
      Promise.resolve(new CheckTerminal(resolved, this.run, this.log)),
    );
    return new Task(definition, scope, name, TASK_TYPE, execution, [MATCHER]);
  }
}

/** What a task's terminal shows: lines alone. Closing it, or Ctrl+C, stops the checks. */
class CheckTerminal implements Pseudoterminal {
  readonly #store = new DisposableStore();
  readonly #written = this.#store.add(new EventEmitter<string>());
  readonly #closed = this.#store.add(new EventEmitter<number>());
  readonly #abort = new AbortController();
  readonly onDidWrite = this.#written.event;
  readonly onDidClose = this.#closed.event;

  constructor(
    private readonly definition: TaskDefinition,
    private readonly run: RunTask,
    private readonly log: Pick<Log, 'error'>,
  ) {}

  open(): void {
    void this.#carryOut();
  }

  close(): void {
    this.#abort.abort();
    this.#store.dispose();
  }

  handleInput(data: string): void {
    if (data === CTRL_C) this.#abort.abort();
  }

  async #carryOut(): Promise<void> {
    const write = (line: string): void => this.#written.fire(`${line}\r\n`);
    try {
      this.#closed.fire(await this.run(this.definition, write, this.#abort.signal));
    } catch (error) {
      write(
        say`Not possible: the check ended with a fault of the extension. Its log has the words.`,
      );
      this.#closed.fire(2);
      this.log.error(`A task's checks failed: ${String(error)}`);
    }
  }
}
