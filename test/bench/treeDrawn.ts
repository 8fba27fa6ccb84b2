import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { waitFor } from '../clusters/waitFor';
import { launchChromium } from '../host/browser.mjs';
import { startServer } from '../host/hostServer.mjs';
import { Workbench } from '../host/workbench.mjs';
import { median, reportAtMost, reportPlain } from './report';

const LIMIT_MS = 300;
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const MANIFEST = {
  name: 'pg-topology-bench',
  publisher: 'pg-topology',
  version: '0.0.1',
  engines: { vscode: '^1.100.0' },
  main: './probe.cjs',
  activationEvents: ['onStartupFinished'],
  contributes: {
    viewsContainers: { activitybar: [{ id: 'pgTopologyBench', title: 'Bench', icon: 'icon.svg' }] },
    views: { pgTopologyBench: [{ id: 'pgTopologyBench.tree', name: 'Bench' }] },
  },
};

interface Told {
  readonly atMs: number;
}

/**
 * P11, the tree: from the event that says which rows changed to the last change in what the window shows, in a real VS Code with all 500
 * rows unfolded and every one of them changed at each poll. Host and page read the same clock.
 */
export async function benchTreeDrawn(polls: number): Promise<void> {
  const base = await mkdtemp(join(tmpdir(), 'pg-topology-bench-'));
  const out = join(base, 'told.jsonl');
  await bundleProbe(join(base, 'probe'));
  await mkdir(join(base, 'folder'));
  const server = await startServer({ smoke: true, env: { TREE_PROBE_OUT: out } });
  const browser = await launchChromium();
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
    const workbench = new Workbench(page, 'pg-topology.pg-topology-bench');
    await workbench.open(
      server.folderUrl(join(base, 'folder'), [
        ['extensionDevelopmentPath', server.remoteUri(join(base, 'probe'))],
      ]),
    );
    await workbench.view('Bench');
    await workbench.row(/^relay-0/).waitFor();
    await page.evaluate(watchTree);
    const before = told(out).length;
    await waitFor(() => told(out).length > before + polls, {
      what: `${polls} polls`,
      timeoutMs: polls * 10_000,
    });
    report(told(out).slice(before, before + polls), await drawnAt(page));
  } finally {
    await browser.close();
    await server.stop();
    await rm(base, { recursive: true, force: true });
  }
}

async function bundleProbe(folder: string): Promise<void> {
  await build({
    entryPoints: [join(ROOT, 'test/bench/treeProbe.ts')],
    outfile: join(folder, 'probe.cjs'),
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    logLevel: 'warning',
  });
  await writeFile(join(folder, 'package.json'), JSON.stringify(MANIFEST));
}

function told(file: string): readonly Told[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  // Written by the probe, a line a poll.
  return lines.map((line) => JSON.parse(line) as Told);
}

interface Watched {
  readonly drawnAt: number[];
}

/** Runs in the page: notes when rows of trees changed. */
function watchTree(): void {
  const drawnAt: number[] = [];
  new MutationObserver((records) => {
    const targets = records.map(({ target }) =>
      target instanceof Element ? target : target.parentElement,
    );
    if (!targets.some((target) => target?.closest('.pane-body .monaco-list-rows'))) return;
    requestAnimationFrame(() => drawnAt.push(Date.now()));
  }).observe(document.body, {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
    attributeFilter: ['aria-label'],
  });
  Object.assign(window, { drawnAt });
}

async function drawnAt(page: Page): Promise<readonly number[]> {
  return page.evaluate(() => (window as unknown as Watched).drawnAt); // Set by `watchTree`.
}

function report(events: readonly Told[], drawn: readonly number[]): void {
  const took = events.map(({ atMs }, index) => {
    const untilMs = events[index + 1]?.atMs ?? Infinity;
    const own = drawn.filter((at) => at >= atMs && at < untilMs);
    if (own.length === 0) throw new Error('The window did not show what changed.');
    return Math.max(...own) - atMs;
  });
  const where = (what: string, unit: string) => ({
    bench: 'P11',
    case: `tree, 500 nodes, all changed: ${what}`,
    unit,
  });
  reportAtMost(where('event to drawn, median', 'ms'), median(took), LIMIT_MS);
  reportPlain(where('event to drawn, longest', 'ms'), Math.max(...took));
}
