import { commands, ProgressLocation, Uri, window, workspace } from 'vscode';
import type { Clock } from '../../core/ports/clock';
import type { Log } from '../../core/ports/log';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import { say } from '../../core/say';
import { demoChoices, undoOf, type DemoAct, type DemoChoice } from '../../demo/demoAct';
import type { Binaries } from '../../demo/binaries';
import type { Demo } from '../../demo/demo';
import type { DemoMachine } from '../../demo/demoMachine';
import { DEMO_POSTGRES, DOWNLOAD_MEGABYTES } from '../../demo/demoPackages';
import { DemoCancelled } from '../../demo/runProgram';
import { ContextKeyWriter } from '../../host/contextKeys';
import type { TopologyFileWatcher } from '../../host/topologyFileWatcher';
import { sayRestricted } from '../errors';
import { openIncidentFile } from '../openIncident';
import type { DemoActs } from './demoActs';

const DOWNLOAD = say`Download`;
const RECORDED = say`Show Recorded Demo`;
const ACTIONS = say`What to Try…`;
const STOP = say`Stop Demo`;
const TRY = say`Try Demo`;
/** The demo is asked this often, whatever the settings say: its charts are what somebody waits for. */
const LOOK_MS = 1_000;

export interface DemoDeskDeps {
  readonly machine: DemoMachine;
  readonly files: Pick<TopologyFileWatcher, 'add' | 'remove'>;
  readonly monitor: Pick<TopologyMonitor, 'refresh'>;
  readonly contact: { actOn(ref: { topologyId: string; nodeId: null }): Promise<boolean> };
  readonly dashboard: { show(focus: { topologyId: string; id: null }): void };
  readonly isTrusted: () => boolean;
  readonly clock: Pick<Clock, 'schedule'>;
  readonly log: Log & { show(): void };
  readonly extensionUri: Uri;
}

/** The demo as the user meets it: asks, starts, shows, breaks and mends, stops. Of one window, which runs one at most. */
export class DemoDesk implements DemoActs {
  readonly #keys = new ContextKeyWriter();
  #demo: Demo | null = null;
  #starting: Promise<void> | null = null;
  #cancelStart: AbortController | null = null;
  #cancelLook: (() => void) | null = null;
  #isClosed = false;

  constructor(private readonly deps: DemoDeskDeps) {}

  async tryDemo(): Promise<void> {
    if (!this.deps.isTrusted()) {
      void sayRestricted(() => commands.executeCommand('workbench.trust.manage'));
      return;
    }
    if (this.#demo !== null) {
      this.#show(this.#demo);
      return;
    }
    // A question that waits for its answer holds nobody up: it is asked again.
    if (this.#starting === null) await this.#begin();
    else await this.#starting;
  }

  async stopDemo(): Promise<void> {
    await this.#cancelStarting();
    const demo = this.#demo;
    if (demo === null) {
      this.#sayNone();
      return;
    }
    this.#letGo(demo);
    // Before its file goes: a password of a node that is gone would be asked about.
    await demo.forgetPasswords();
    await this.deps.files.remove(Uri.file(demo.file));
    await demo.close();
  }

  async showActions(): Promise<void> {
    const demo = this.#demo;
    if (demo === null) {
      this.#sayNone();
      return;
    }
    const choice = await window.showQuickPick(demoChoices(demo.faults), {
      title: say`Demo`,
      placeHolder: say`What should happen?`,
      matchOnDetail: true,
    });
    if (choice !== undefined) await this.#do(demo, choice);
  }

  /** Ends and removes what windows that are gone have left. */
  async cleanUp(): Promise<void> {
    const removed = await this.deps.machine.sweep();
    if (removed > 0) this.deps.log.info(`Cleaned up after ${removed} demo(s) of closed windows.`);
  }

  /** The window closes. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#cancelStarting();
    const demo = this.#demo;
    if (demo === null) return;
    this.#letGo(demo);
    await demo.close();
  }

  async #begin(): Promise<void> {
    const { machine, log } = this.deps;
    try {
      const folders = workspace.workspaceFolders ?? [];
      const onDisk = folders.filter(({ uri }) => uri.scheme === 'file');
      const found = await machine.find(onDisk.map(({ uri }) => uri.fsPath));
      const binaries = found ?? (await this.#download());
      if (binaries === null) return;
      log.info(`The demo runs on Postgres ${binaries.major} of ${binaries.folder}.`);
      await this.#run(binaries);
    } catch (error) {
      if (error instanceof DemoCancelled || isAbort(error)) return;
      const message = error instanceof Error ? error.message : String(error);
      log.error(`The demo did not start: ${message}`);
      this.#follow(async () => {
        const text = say`The demo did not start: ${message}`;
        const chosen = await window.showErrorMessage(text, RECORDED, say`Show Log`);
        if (chosen === RECORDED) await this.#showRecorded();
        if (chosen === say`Show Log`) log.show();
      });
    }
  }

  /** Asks, and downloads. @returns `null` when the user wants something else */
  async #download(): Promise<Binaries | null> {
    const { machine } = this.deps;
    const offered = machine.offered();
    const why = say`No Postgres 14 or newer was found on this machine.`;
    if (offered === null) {
      const text = say`${why} For this kind of machine there is none to download.`;
      if ((await window.showInformationMessage(text, RECORDED)) === RECORDED) {
        await this.#showRecorded();
      }
      return null;
    }
    const chosen = await window.showInformationMessage(
      say`${why} For the demo ${DEMO_POSTGRES} can be downloaded once: ${offered.name} ${offered.version}, about ${DOWNLOAD_MEGABYTES} MB from registry.npmjs.org, checked by its SHA-512. It stays in the extension's own folder.`,
      DOWNLOAD,
      RECORDED,
    );
    if (chosen === RECORDED) await this.#showRecorded();
    if (chosen !== DOWNLOAD) return null;
    return this.#withProgress(say`Downloading ${DEMO_POSTGRES}`, async (signal, tell) => {
      let shown = 0;
      return machine.download(offered, signal, (bytes, share) => {
        const percent = Math.floor((share ?? 0) * 100);
        const megabytes = `${(bytes / 1_048_576).toFixed(1)} MB`;
        tell(share === null ? megabytes : `${megabytes}, ${percent} %`, percent - shown);
        shown = percent;
      });
    });
  }

  async #run(binaries: Binaries): Promise<void> {
    const { machine, files, contact } = this.deps;
    const demo = await this.#withProgress(say`Starting the demo`, async (signal, tell) => {
      const started = await machine.start(binaries, signal, (doing) => tell(doing, 0));
      this.#demo = started;
      return started;
    });
    if (this.#isClosed || this.#demo !== demo) return;
    this.#keys.set({ demo: true });
    await files.add(Uri.file(demo.file));
    await contact.actOn({ topologyId: topologyIdOf(demo), nodeId: null });
    this.#show(demo);
    this.#look(demo);
    this.#follow(async () => {
      const chosen = await window.showInformationMessage(
        say`The demo runs: a primary, a standby, a subscriber and an edge with 12 writes waiting, all on this machine. It ends with this window.`,
        ACTIONS,
        STOP,
      );
      if (chosen === ACTIONS) await this.showActions();
      if (chosen === STOP && this.#demo === demo) await this.stopDemo();
    });
  }

  async #do(demo: Demo, { act, detail }: DemoChoice): Promise<void> {
    const topologyId = topologyIdOf(demo);
    if (act === 'stopDemo') return this.stopDemo();
    this.#show(demo);
    if (act === 'drainQueue') {
      await commands.executeCommand('pgTopology.drainQueue', { topologyId, subject: 'shop' });
      return;
    }
    await this.#act(demo, act);
    const undo = undoOf(act);
    if (undo === null) return;
    this.#follow(async () => {
      const chosen = await window.showInformationMessage(detail, undo.label);
      if (chosen === undo.label && this.#demo === demo) await this.#act(demo, undo.act);
    });
  }

  async #act(demo: Demo, act: DemoAct): Promise<void> {
    await demo.act(act, new AbortController().signal);
    await this.deps.monitor.refresh(
      { topologyId: topologyIdOf(demo), nodeId: null },
      'afterCommand',
    );
  }

  #show(demo: Demo): void {
    this.deps.dashboard.show({ topologyId: topologyIdOf(demo), id: null });
  }

  /** Asks its servers again and again, each time when the last answers are there. */
  #look(demo: Demo): void {
    if (this.#demo !== demo) return;
    const { clock, monitor } = this.deps;
    this.#cancelLook = clock.schedule(LOOK_MS, () => {
      const asked = monitor.refresh({ topologyId: topologyIdOf(demo), nodeId: null }, 'interval');
      const again = () => this.#look(demo);
      asked.then(again, again);
    });
  }

  #letGo(demo: Demo): void {
    if (this.#demo === demo) this.#demo = null;
    this.#cancelLook?.();
    this.#keys.set({ demo: false });
  }

  async #showRecorded(): Promise<void> {
    const { extensionUri } = this.deps;
    await openIncidentFile(Uri.joinPath(extensionUri, 'media', 'recorded-demo.pg-incident.json'));
  }

  #sayNone(): void {
    this.#follow(async () => {
      const chosen = await window.showInformationMessage(say`The demo does not run.`, TRY);
      if (chosen === TRY) await this.tryDemo();
    });
  }

  /** What takes its time and can be given up, one at a time. */
  async #withProgress<T>(
    title: string,
    work: (signal: AbortSignal, tell: (message: string, increment: number) => void) => Promise<T>,
  ): Promise<T> {
    const location = ProgressLocation.Notification;
    const cancel = new AbortController();
    const working = window.withProgress(
      { location, title, cancellable: true },
      async (progress, token) => {
        token.onCancellationRequested(() => cancel.abort());
        return work(cancel.signal, (message, increment) => progress.report({ message, increment }));
      },
    );
    this.#cancelStart = cancel;
    const over = () => undefined;
    this.#starting = Promise.resolve(working).then(over, over);
    try {
      return await working;
    } finally {
      this.#cancelStart = null;
      this.#starting = null;
    }
  }

  async #cancelStarting(): Promise<void> {
    this.#cancelStart?.abort();
    await this.#starting;
  }

  /** Nobody waits for the answer to a notification. */
  #follow(work: () => Promise<void>): void {
    work().catch((error: unknown) => {
      this.deps.log.error(`What the user chose for the demo failed: ${String(error)}`);
    });
  }
}

function topologyIdOf(demo: Demo): string {
  return Uri.file(demo.file).toString();
}

function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
