// `npm run pictures`: the pictures of the README, taken from the demo in a real VS Code. Needs `npm run package` before it.
import { mkdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Frame, Page } from 'playwright-core';
import { RunningTopology } from '../test/clusters/topology/runningTopology';
import { TopologySource } from '../test/clusters/topology/topologySource';
import { sleep } from '../test/clusters/waitFor';
import { launchChromium } from '../test/host/browser.mjs';
import { startServer, type HostServer } from '../test/host/hostServer.mjs';
import { Workbench } from '../test/host/workbench.mjs';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const OUT = path.join(ROOT, 'docs', 'pictures');
const MAX_BYTES = 300 * 1024;
/** So wide that tree, map and evidence stand beside each other without a scroll. */
const WINDOW = { width: 1600, height: 960 };
/** Charts need a past to be worth a picture: half of it before a standby rests for a while, half after. */
const HISTORY_MS = 240_000;
const REST_MS = 20_000;

const THEMES = {
  dark: 'Default Dark Modern',
  light: 'Default Light Modern',
  'hc-dark': 'Default High Contrast',
  'hc-light': 'Default High Contrast Light',
} as const;

type Clip = NonNullable<Parameters<Page['screenshot']>[0]>['clip'];

/** One window on the demo. Everything it shows is what servers said a moment ago. */
class Studio {
  private constructor(
    private readonly topology: RunningTopology,
    private readonly folder: string,
    private readonly server: HostServer,
    private readonly browser: Browser,
    private readonly workbench: Workbench,
  ) {}

  static async open(): Promise<Studio> {
    const topology = await RunningTopology.start(TopologySource.demo(), 18);
    const folder = path.join(topology.clusters.run.path, 'central-cloud');
    mkdirSync(path.join(folder, '.vscode'), { recursive: true });
    writeFileSync(path.join(folder, 'pg-topology.json'), topology.topologyFileText);
    const server = await startServer({
      vsix: [path.join(ROOT, 'pg-topology.vsix')],
      settings: {
        'pgTopology.pollIntervalSeconds': 1,
        // They would lie over what is shown.
        'pgTopology.notifications.enabled': false,
        'window.title': 'Central cloud',
      },
    });
    const browser = await launchChromium();
    const context = await browser.newContext({ viewport: WINDOW, reducedMotion: 'reduce' });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const workbench = new Workbench(page, 'pg-topology.pg-topology');
    await workbench.open(server.folderUrl(folder));
    return new Studio(topology, folder, server, browser, workbench);
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.stop();
    await this.topology.stop();
  }

  async takeAll(): Promise<void> {
    const { page } = this.workbench;
    await this.workbench.view('Postgres Topology');
    await this.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
    await this.widenSidebar(140);
    await this.workbench.expand(this.workbench.row(/^genesis/));
    await this.workbench.row(/^metrics_sub/).click();
    await this.dashboard();
    await this.makeHistory();
    for (const theme of ['dark', 'light', 'hc-dark', 'hc-light'] as const) {
      await this.use(THEMES[theme]);
      await this.take(`overview-${theme}`);
    }
    await this.use(THEMES.dark);
    await this.takeCharts();
    await this.breakThings();
    await this.take('trouble');
    await this.workbench.expand(this.workbench.row(/^Slots, 4/));
    await this.widenSidebar(180);
    await this.take('tree-trouble', { ...(await this.clipOf('.part.sidebar')), height: 425 });
    await this.widenSidebar(-180);
    await this.workbench.statusItem('pgTopology.status').click();
    await this.workbench.choice('Open Dashboard').waitFor();
    await this.take('status-bar-pick', await this.clipOf('.quick-input-widget'));
    await page.keyboard.press('Escape');
    await this.takeDiagnostics();
  }

  /** Minutes of a life as it is, with a standby that does not replay for a while. */
  private async makeHistory(): Promise<void> {
    const { cluster } = this.topology.node('central-archive');
    await sleep(HISTORY_MS / 2);
    await cluster.query('SELECT pg_wal_replay_pause()');
    await sleep(REST_MS);
    await cluster.query('SELECT pg_wal_replay_resume()');
    await sleep(HISTORY_MS / 2);
    await this.row(/^Central cloud, topology, 4 of 4 replicas healthy/);
  }

  /** The charts alone, and the page back at its head. */
  private async takeCharts(): Promise<void> {
    const dashboard = await this.dashboard();
    const heading = dashboard.getByRole('heading', { name: /^History/ });
    await dashboard.evaluate(
      `document.querySelector('#history').scrollIntoView(); scrollBy(0, -16);`,
    );
    const editor = await this.clipOf('.part.editor');
    const [head, last] = await Promise.all([
      heading.boundingBox(),
      dashboard.locator('figure').last().boundingBox(),
    ]);
    if (head === null || last === null) throw new Error('The charts are not in sight.');
    const bottom = Math.min(editor.y + editor.height, last.y + last.height + 16);
    const top = Math.max(editor.y, head.y - 12);
    await this.take('charts', { ...editor, y: top, height: bottom - top });
    await dashboard.evaluate('scrollTo(0, 0)');
  }

  /** A standby whose server is away, which cuts off another, and a subscription that an error stopped. */
  private async breakThings(): Promise<void> {
    const sql = "INSERT INTO job_statistics (job) VALUES ('night run')";
    const genesis = this.topology.node('genesis');
    const central = this.topology.node('central');
    const on = async ({ cluster, database }: typeof genesis, text: string) =>
      cluster.query(text, undefined, { database });
    await on(genesis, 'ALTER SUBSCRIPTION job_stats_sub SET (disable_on_error)');
    await on(genesis, sql);
    await on(central, sql);
    await this.topology.node('central-read').cluster.stop();
    await this.row(/^central-read, unreachable from here/);
    await this.row(/^job_stats_sub, subscription, stopped by an error/);
    await this.workbench.row(/^job_stats_sub, subscription/).click();
    const dashboard = await this.dashboard();
    await dashboard.getByText('subscription job_stats_sub').waitFor();
    await dashboard.locator('h1').scrollIntoViewIfNeeded();
    // Texts of the tree stand still for ten seconds: then all ages agree.
    await sleep(15_000);
  }

  /** What is said of a file while it is written. */
  private async takeDiagnostics(): Promise<void> {
    const file = path.join(this.folder, 'pg-topology.json');
    const text = this.topology.topologyFileText
      .replace('"standbyOf": "central-read"', '"standbyOf": "central-raed"')
      .replace('"slot": "central_archive"', '"slots": "central_archive"');
    writeFileSync(file, text);
    await this.workbench.command('View: Close All Editors');
    await this.workbench.openFile('pg-topology.json');
    await this.workbench.command('View: Focus Problems');
    await this.workbench.page.locator('.markers-panel').getByText('central-raed').first().waitFor();
    await sleep(1_000);
    await this.take('file-diagnostics');
  }

  private async take(name: string, clip?: Clip): Promise<void> {
    const { page } = this.workbench;
    // The mouse would show a tooltip.
    await page.mouse.move(WINDOW.width - 300, WINDOW.height - 2);
    await sleep(1_500);
    const file = path.join(OUT, `${name}.png`);
    await page.screenshot({ path: file, ...(clip === undefined ? {} : { clip }) });
    const { size } = statSync(file);
    console.log(`${path.relative(ROOT, file)} ${Math.round(size / 1024)} kB`);
    if (size > MAX_BYTES) throw new Error(`${file} is larger than ${MAX_BYTES / 1024} kB.`);
  }

  private async use(theme: string): Promise<void> {
    const settings = { 'workbench.colorTheme': theme };
    writeFileSync(path.join(this.folder, '.vscode', 'settings.json'), JSON.stringify(settings));
    await sleep(4_000);
  }

  /** Drags the border between tree and editor, so that no text of a row is cut. */
  private async widenSidebar(byPixels: number): Promise<void> {
    const { page } = this.workbench;
    const { x, width, y } = await this.clipOf('.part.sidebar');
    await page.mouse.move(x + width, y + 400);
    await page.mouse.down();
    await page.mouse.move(x + width + byPixels, y + 400, { steps: 5 });
    await page.mouse.up();
  }

  private async clipOf(selector: string): Promise<NonNullable<Clip>> {
    const box = await this.workbench.page.locator(selector).first().boundingBox();
    if (box === null) throw new Error(`${selector} is not in sight.`);
    return box;
  }

  private dashboard(): Promise<Frame> {
    return this.workbench.webview('#dashboard[data-kind=dashboard]');
  }

  private row(name: RegExp): Promise<void> {
    return this.workbench.row(name).waitFor();
  }
}

mkdirSync(OUT, { recursive: true });
const studio = await Studio.open();
try {
  await studio.takeAll();
} finally {
  await studio.close();
}
