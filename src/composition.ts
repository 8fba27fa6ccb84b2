import { randomUUID } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { homedir, hostname, userInfo } from 'node:os';
import { join } from 'node:path';
import { commands, window, workspace, type ExtensionContext } from 'vscode';
import { DemoOnDemand } from './commands/demo/demoOnDemand';
import { plansOnDemand } from './commands/plans/plansOnDemand';
import { registerCommands } from './commands/registerCommands';
import { COMMANDS } from './commands/table';
import { STATUS_BAR_FACTOR } from './core/audience';
import { diagnosisOf } from './core/diagnosis/diagnosisOf';
import { wantedCauses } from './core/diagnosis/wantedCauses';
import { readCheckTask } from './core/checks/checkTask';
import { joinTopology } from './core/join/joinTopology';
import { redact } from './core/redact';
import type { TopologyNode } from './core/topology';
import type { PgTopologyApi } from './host/api';
import { ApiHost } from './host/apiHost';
import { AttentionStore } from './host/attentionStore';
import { askConsent } from './host/askConsent';
import { askDeletePassword } from './host/askDeletePassword';
import { AutomaticDraining } from './host/automaticDraining';
import { CheckTaskProvider } from './host/checkTaskProvider';
import { ContactDesk } from './host/contactDesk';
import { WorkspaceContactGate } from './host/contactGate';
import { ContextKeyWriter } from './host/contextKeys';
import { DisposableStore } from './host/disposableStore';
import { EventKeeper } from './host/eventKeeper';
import { HistoryKeeper } from './host/historyKeeper';
import { LeftoverStore } from './host/leftoverStore';
import { LeftoverWatch } from './host/leftoverWatch';
import { LogChannel } from './host/logChannel';
import { NodeFolders } from './host/nodeFolders';
import { SetupResults } from './host/setupResults';
import { StopRecords } from './host/stopRecords';
import { VscodeSecretStore } from './host/secretStorage';
import { onDidChangeSettings, readSettings } from './host/settings';
import { showNotice } from './host/showNotice';
import { OrphanedPasswords } from './host/orphanedPasswords';
import { PlanDocuments } from './host/planDocuments';
import { SqlChannel } from './host/sqlChannel';
import { StorageFiles } from './host/storageFiles';
import { SystemClock } from './host/systemClock';
import { TopologyFileWatcher } from './host/topologyFileWatcher';
import { PrimaryChoices } from './host/primaryChoices';
import { WorkspaceServerMemory } from './host/workspaceServerMemory';
import { CheckFeed } from './monitor/checkFeed';
import { HistoryBook } from './monitor/historyBook';
import { registerTools } from './languageModel/registerTools';
import { Monitor } from './monitor/monitor';
import { DASHBOARD_COMMAND_IDS, runDashboardCommand } from './commands/dashboardCommands';
import { say } from './core/say';
import { CheckDesk } from './operations/checks/checkDesk';
import { runCheckTask } from './operations/checks/runCheckTask';
import { UnseenChecks } from './operations/checks/unseenChecks';
import { DrainAudit } from './operations/drain/drainAudit';
import { DrainRules } from './operations/drain/drainRules';
import { DrainsOnDemand } from './operations/drain/drainsOnDemand';
import { queueDeskOnDemand } from './operations/drain/queueDeskOnDemand';
import { EventBook } from './operations/events/eventBook';
import { EventFeed } from './operations/events/eventFeed';
import { DashboardPanel } from './panels/dashboardPanel';
import { IncidentEditor } from './panels/incidentEditor';
import { ServersOnDemand } from './pg/serversOnDemand';
import { parseTopologyFile } from './topologyFile/parseTopologyFile';
import { Attention } from './views/attention';
import { AudienceWatch } from './views/audienceWatch';
import { checkPlace } from './views/checkPlaces';
import { CheckTests } from './views/checkTests';
import { ContextKeyWatch } from './views/contextKeyWatch';
import { TopologyDiagnostics } from './views/diagnostics';
import { ExplorerView } from './views/explorerView';
import { QueueReader } from './views/queueReader';
import { FileDecorations } from './views/fileDecorations';
import { StatusBar } from './views/statusBar';
import { TopologyFiles } from './views/topologyFiles';
import { QuickFixes } from './views/quickFixes';
import { registerFileLanguage } from './views/fileLanguage/registerFileLanguage';
import { SnapshotProblems } from './views/liveProblems';

export interface Composition {
  readonly api: PgTopologyApi;
  /** Closes sessions within a time limit, then releases everything in reverse order. */
  close(): Promise<void>;
}

/** So long a drain tries to get a lost end back before it stops. */
const REGAIN_MS = 60_000;

/** VS Code waits about this long for `deactivate`. */
const CLOSE_LIMIT_MS = 3_000;

/** Builds every object, in order of need. Opens no socket, reads no file but topology files, and does not load `pg`. */
export function compose(context: ExtensionContext): Composition {
  const store = new DisposableStore();
  const isTrusted = () => workspace.isTrusted;
  const channel = window.createOutputChannel('Postgres Topology', { log: true });
  const log = store.add(new LogChannel(channel, redact));
  const clock = new SystemClock();

  const watcher = store.add(new TopologyFileWatcher((path) => realpath(path), log));
  const files = store.add(new TopologyFiles(watcher, parseTopologyFile, clock));

  const gate = new WorkspaceContactGate(context.workspaceState);
  const secrets = new VscodeSecretStore(context.secrets);
  const paths = new NodeFolders(() => files.entries(), join(homedir(), '.postgresql'));
  const environment = {
    variables: process.env,
    homeDirectory: homedir(),
    userName: userInfo().username,
    platform: process.platform,
  };
  const gateway = new ServersOnDemand(async () => {
    const { openServers } = await import('./pg/openServers');
    return openServers({ environment, secrets, paths, log });
  });
  const servers = new WorkspaceServerMemory(context.workspaceState, log);
  const histories = new HistoryBook(clock);
  const storage = new StorageFiles((context.storageUri ?? context.globalStorageUri).fsPath);
  const historyKeeper = store.add(
    new HistoryKeeper({
      archive: histories,
      files: storage,
      clock,
      log,
    }),
  );
  const monitor = new Monitor({
    histories,
    servers,
    gateway,
    gate,
    clock,
    log,
    join: joinTopology,
    wantedCauses,
    random: () => Math.random(),
  });
  const contact = new ContactDesk({
    gate,
    gateway,
    monitor,
    entries: () => files.entries(),
    isTrusted,
    ask: askConsent,
  });
  store.add(
    files.onDidChange(() => {
      monitor.setTopologies(files.entries());
      void historyKeeper.follow(files.entries().map(({ id }) => id));
    }),
  );

  const orphans = new OrphanedPasswords({
    keysOf: (node) => gateway.storeKeysOf(node),
    secrets,
    isTrusted,
    ask: askDeletePassword,
  });
  store.add(
    files.onDidChange(() => {
      orphans.follow(files.entries()).catch((error: unknown) => {
        log.warn(`Could not look for passwords that no node uses any more: ${String(error)}`);
      });
    }),
  );

  const sql = window.createOutputChannel(say`Postgres Topology SQL`, 'sql');
  const audit = store.add(new SqlChannel(sql, redact, () => clock.nowMs()));
  const mayContact = async (topologyId: string, node: TopologyNode): Promise<boolean> =>
    !isDisconnected(monitor, topologyId, node.id) && contact.allows(topologyId, node);
  const checks = new CheckDesk({
    gateway,
    clock,
    log,
    randomUuid: () => randomUUID(),
    mayContact,
    snapshot: (topologyId) => monitor.current().find(({ id }) => id === topologyId) ?? null,
    refresh: async (topologyId) => monitor.refresh({ topologyId, nodeId: null }, 'afterCommand'),
    intervalMs: () => settings.checkIntervalSeconds * 1_000,
  });
  const unseenChecks = store.add(
    new UnseenChecks({
      checks,
      clock,
      topologyIds: () => files.entries().map(({ id }) => id),
      isContinuedUnseen: () => settings.areChecksContinuedUnseen,
    }),
  );
  store.add(new CheckFeed(checks, histories));
  const documents = store.add(new PlanDocuments());
  store.add(new PrimaryChoices(monitor, servers));
  const plans = plansOnDemand(async () => {
    const { WORK } = await import('./commands/work');
    return WORK.makePlanDesk({
      desk: {
        servers,
        gateway,
        passwords: gateway,
        onDidRun: (report) => eventFeed.planEnded(report),
        contact,
        monitor,
        files,
      },
      runner: { gateway, clock, audit, log },
      dialogs: {
        documents,
        files,
        redact,
        onError: (error) =>
          log.error(`A plan's notification could not be followed: ${String(error)}`),
      },
    });
  });

  const leftovers = store.add(new LeftoverStore(context.workspaceState));
  store.add(new LeftoverWatch(monitor, leftovers, log));
  const setups = store.add(new SetupResults());
  const stops = store.add(new StopRecords());
  store.add(
    files.onDidChange(() => {
      const ids = files.entries().map(({ id }) => id);
      setups.keep(ids);
      stops.keep(ids);
    }),
  );
  const topologyOf = (topologyId: string) => files.find(topologyId)?.topology ?? null;
  const queueParts = async () => (await import('./operations/drain/openQueues')).QUEUES;
  const desk = queueDeskOnDemand(async () => {
    const { ServerQueueDesk } = await queueParts();
    return new ServerQueueDesk({
      changes: gateway,
      gateway,
      topologyOf,
      mayContact,
      jobOf: (address) => rules.jobOf(address),
      clock,
      log,
    });
  });
  const rules = new DrainRules({
    topologyOf,
    monitor,
    gate,
    settings: () => ({
      who: `${environment.userName} on ${hostname()}`,
      isStrict: readSettings().isQueueOrderStrict,
    }),
    chosenPrimaryOf: (topologyId) => servers.chosenPrimaryOf(topologyId),
  });
  const drains = new DrainsOnDemand(
    async () => {
      const { QueueDrains } = await queueParts();
      return new QueueDrains({
        gateway,
        clock,
        log,
        regainMs: REGAIN_MS,
        random: () => Math.random(),
        jobOf: (address) => rules.jobOf(address),
        mayDrainUnasked: (address) => isTrusted() && rules.mayDrainUnasked(address),
        hasWork: (address) => rules.hasWork(address),
        onDidChangeTopology: (listener) => monitor.onDidChange(({ id }) => listener(id)),
      });
    },
    (error) => log.error(`Draining could not begin: ${String(error)}`),
  );
  store.add(new DrainAudit(drains, audit));
  const events = store.add(new EventBook(() => clock.nowMs()));
  const eventFeed = store.add(new EventFeed({ book: events, monitor, checks, drains }));
  const eventKeeper = store.add(
    new EventKeeper({
      book: events,
      files: storage,
      topologyIds: () => files.entries().map(({ id }) => id),
      clock,
      log,
    }),
  );
  store.add(
    files.onDidChange(() => {
      events.keep(files.entries().map(({ id }) => id));
      if (files.entries().length > 0) void eventKeeper.restore();
    }),
  );
  const automaticDraining = store.add(
    new AutomaticDraining({
      drains,
      memento: context.workspaceState,
      entries: () => files.entries(),
      isTrusted,
      refresh: async (ref) => monitor.refresh(ref, 'interval'),
      clock,
    }),
  );
  store.add(files.onDidChange(() => automaticDraining.follow()));
  store.add(workspace.onDidGrantWorkspaceTrust(() => automaticDraining.follow()));
  const queues = store.add(new QueueReader({ desk, drains, monitor, log }));
  const explorer = store.add(
    new ExplorerView({ monitor, files, checks, leftovers, setups, stops, queues, clock }),
  );
  const commandIds = new Set(COMMANDS.map(({ id }) => id));
  const live = store.add(new SnapshotProblems(monitor, (id) => commandIds.has(id)));
  store.add(new TopologyDiagnostics(files, live));
  store.add(new QuickFixes(files, live));
  const fileLanguage = onceLoaded(async () => {
    const { FileLanguage } = await import('./views/fileLanguage/fileLanguage');
    const { KnownCatalogs } = await import('./views/fileLanguage/knownCatalogs');
    const catalogs = new KnownCatalogs({ gateway, monitor, mayContact, clock });
    return new FileLanguage({
      files,
      monitor,
      clock,
      areLensesShown: () => settings.areLensesShown,
      catalogOf: async (...given) => catalogs.of(...given),
    });
  });
  store.add(registerFileLanguage({ monitor, clock, load: fileLanguage }));
  const shown = {
    monitor,
    restoreHistory: async (topologyId: string) => historyKeeper.restore(topologyId),
    checks,
    stops,
    drains,
    events,
    clock,
  };
  const pages = async () => (await import('./panels/pages')).pages;
  store.add(new IncidentEditor({ extensionUri: context.extensionUri, pages, clock, log }));
  const dashboard = store.add(
    new DashboardPanel({
      extensionUri: context.extensionUri,
      pages,
      ...shown,
      log,
      commands: DASHBOARD_COMMAND_IDS,
      runCommand: runDashboardCommand,
    }),
  );
  // A file that came or went changes the list of topologies, which no snapshot tells.
  store.add(files.onDidChange(() => dashboard.refresh()));
  store.add(new CheckTests({ files, monitor, checks, contact, diagnose: diagnosisOf, redact }));
  let settings = readSettings();
  monitor.setPolling(settings.pollIntervalSeconds, settings.pollInBackground);
  const attention = store.add(new AttentionStore(context.workspaceState, clock));
  const statusBar = store.add(
    new StatusBar({
      monitor,
      files,
      clock,
      settings: () => settings,
      isMuted: () => attention.isAnyMuted(files.entries().map(({ id }) => id)),
    }),
  );
  store.add(attention.onDidChange(() => statusBar.draw()));
  store.add(new FileDecorations(files, monitor, clock));
  store.add(
    new Attention({
      monitor,
      store: attention,
      clock,
      isEnabled: () => settings.areNotificationsEnabled,
      pollIntervalMs: () => {
        const isWatched = explorer.isVisible || dashboard.isVisible;
        return settings.pollIntervalSeconds * 1_000 * (isWatched ? 1 : STATUS_BAR_FACTOR);
      },
      diagnose: diagnosisOf,
      redact,
      show: showNotice,
      runCommand: (id, target) => void commands.executeCommand(`pgTopology.${id}`, target),
    }),
  );
  const audience = store.add(
    new AudienceWatch({
      monitor,
      explorer,
      dashboard,
      isStatusBarEnabled: () => settings.isStatusBarEnabled,
      setChecksSeen: (areSeen) => unseenChecks.setSeen(areSeen),
    }),
  );
  const keys = store.add(new ContextKeyWatch(new ContextKeyWriter(), monitor, files, checks));
  store.add(
    onDidChangeSettings((changed) => {
      settings = changed;
      monitor.setPolling(settings.pollIntervalSeconds, settings.pollInBackground);
      audience.update();
      statusBar.draw();
    }),
  );
  // Each of these is an act of the user that asks for what the servers say.
  const actWhenVisible = (isVisible: boolean) => void (isVisible && contact.act());
  store.add(explorer.onDidChangeVisible(actWhenVisible));
  store.add(dashboard.onDidChangeVisible(actWhenVisible));
  store.add(
    workspace.onDidGrantWorkspaceTrust(() => {
      keys.update();
      monitor.recheckContact();
      actWhenVisible(explorer.isVisible || dashboard.isVisible);
    }),
  );
  const demo = new DemoOnDemand(async () => {
    const { WORK } = await import('./commands/work');
    return WORK.openDemo({
      storage: context.globalStorageUri.fsPath,
      environment,
      gateway,
      secrets,
      parse: (text) => parseTopologyFile(text).topology,
      desk: {
        files: watcher,
        monitor,
        contact,
        dashboard,
        isTrusted,
        clock,
        log,
        extensionUri: context.extensionUri,
      },
    });
  }, context.globalStorageUri);
  store.add(
    registerCommands({
      demo,
      monitor,
      servers,
      environment,
      documents,
      checks,
      unseenChecks,
      files,
      filesUpToDate: () => watcher.upToDate(),
      contact,
      passwords: gateway,
      secrets,
      endpointsOf: async (node) => gateway.endpointsOf(node),
      plans,
      gateway,
      discovery: gateway,
      chooseInMap: async (question) =>
        (await pages()).chooseInMap({ ...question, extensionUri: context.extensionUri, log }),
      drains,
      queues: desk,
      queueReader: queues,
      automaticDraining,
      attention,
      leftovers,
      setups,
      stops,
      stopped: {
        read: async (...given) => {
          const { StoppedReader } = await queueParts();
          return new StoppedReader(gateway).read(...given);
        },
      },
      audit,
      log,
      clock,
      dashboard,
      incidents: {
        make: async (...given) => (await pages()).incidentMaker(shown).make(...given),
      },
      explorer,
      isTrusted,
      redact,
    }),
  );
  store.add(
    registerTools(async () => {
      const { ToolDesk } = await import('./languageModel/toolDesk');
      return new ToolDesk({ monitor, gateway, servers, mayContact, isTrusted, clock, log });
    }, log),
  );
  const { api } = store.add(new ApiHost(monitor, checks, isTrusted));
  demo.cleanUp().catch((error: unknown) => {
    log.warn(`A demo of a closed window could not be cleaned up: ${String(error)}`);
  });
  const scanned = watcher.rescan();
  void scanned.then(() => actWhenVisible(explorer.isVisible));
  const taskDeps = {
    ready: async () => scanned,
    snapshots: () => monitor.current(),
    checks,
    contact,
    isTrusted,
    diagnose: diagnosisOf,
    placeOf: (topologyId: string, edgeId: string) => {
      const file = files.find(topologyId);
      return file === null ? topologyId : checkPlace(file, edgeId);
    },
    redact,
    clock,
  };
  store.add(
    new CheckTaskProvider(
      async (definition, write, signal) =>
        runCheckTask(readCheckTask(definition), taskDeps, write, signal),
      log,
    ),
  );
  const closeServers = async () => {
    await Promise.all([
      historyKeeper.flush(),
      eventKeeper.flush(),
      drains.dispose(),
      checks.dispose(),
      monitor.dispose(),
      demo.close(),
    ]);
  };
  return { api, close: async () => closeAll(store, closeServers, clock) };
}

async function closeAll(
  store: DisposableStore,
  closeServers: () => Promise<void>,
  clock: SystemClock,
): Promise<void> {
  const limit = new Promise<'late'>((resolve) => {
    store.defer(clock.schedule(CLOSE_LIMIT_MS, () => resolve('late')));
  });
  try {
    await Promise.race([closeServers(), limit]);
  } finally {
    store.dispose();
  }
}

/** What the user disconnected stays silent, for checks as for polls. */
function isDisconnected(monitor: Monitor, topologyId: string, nodeId: string): boolean {
  const nodes = monitor.current().find(({ id }) => id === topologyId)?.nodes ?? [];
  return nodes.find(({ id }) => id === nodeId)?.sample.contact === 'disconnected';
}

/** The same thing for everybody who asks; made for the first. */
function onceLoaded<T>(load: () => Promise<T>): () => Promise<T> {
  let loading: Promise<T> | null = null;
  return async () => (loading ??= load());
}
