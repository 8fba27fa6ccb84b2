import type { CDPSession, Page } from 'playwright-core';
import type { TopologySnapshot } from '../../src/core/snapshot';
import { toDashboardState } from '../../src/protocol/toDashboardState';
import { type OpenDashboard, Rig } from '../webview/support/rig';
import { buildExtension } from './buildExtension';
import { aPollLater, fleet } from './fleet';
import { median, reportAtMost, reportExactly, reportPlain } from './report';

const BENCH = 'P11';
const SCRIPT_LIMIT_MS = 16;
const INTERVAL_MS = 5_000;

/** P11, the dashboard: what a poll costs the page, in the browser that the tests use. Times are of the page's own thread alone. */
export async function benchDashboard(sizes: readonly number[], polls: number): Promise<void> {
  buildExtension();
  const rig = await Rig.start();
  try {
    for (const size of sizes) await benchSize(rig, size, polls, size === Math.max(...sizes));
    await rig.closeAll();
  } finally {
    await rig.stop();
  }
}

async function benchSize(rig: Rig, size: number, polls: number, isTarget: boolean): Promise<void> {
  const where = (what: string, unit: string) => ({
    bench: BENCH,
    case: `dashboard, ${size} nodes: ${what}`,
    unit,
  });
  const first = fleet(size);
  const open = await rig.open([first], { theme: 'dark', width: 1400 });
  const { page, send } = open;
  await page.locator('canvas').first().waitFor();
  const meter = await Meter.on(page);
  // Parsing a message that came over the debugger's pipe is no part of the page; VS Code hands over an object.
  const payload = { state: toDashboardState(first, null) };
  let snapshot = first;
  const next = (): TopologySnapshot => (snapshot = aPollLater(snapshot, INTERVAL_MS));
  for (let warm = 0; warm < 5; warm += 1) await poll(open, next());
  const floor = await meter.median(polls, async () => {
    await send({ kind: 'event', name: 'unheard', payload });
    await drawn(page);
  });
  const cost = await meter.median(polls, () => poll(open, next()));
  const scriptMs = cost.scriptMs - floor.scriptMs;
  if (isTarget) reportAtMost(where('script a poll', 'ms'), scriptMs, SCRIPT_LIMIT_MS);
  else reportPlain(where('script a poll', 'ms'), scriptMs);
  reportPlain(where('style and layout a poll', 'ms'), cost.layoutMs - floor.layoutMs);

  await page.evaluate(countDrawing);
  await poll(open, { ...snapshot, version: snapshot.version + 1 });
  const redrawn = await page.evaluate(() => (window as unknown as Counted).redrawn); // Set by `countDrawing`.
  const at = (what: string) => where(`${what} of a poll that brings the same`, 'times');
  reportExactly(at('DOM changes'), redrawn.mutations, 0);
  reportExactly(at('canvas strokes'), redrawn.strokes, 0);
}

interface Counted {
  readonly redrawn: { mutations: number; strokes: number };
}

/** Runs in the page. */
function countDrawing(): void {
  const redrawn = { mutations: 0, strokes: 0 };
  new MutationObserver((records) => (redrawn.mutations += records.length)).observe(
    document.documentElement,
    { subtree: true, childList: true, attributes: true, characterData: true },
  );
  // The method as a plain property, to be called with the canvas it belongs to.
  const canvas = CanvasRenderingContext2D.prototype as unknown as {
    stroke: (this: CanvasRenderingContext2D, ...path: unknown[]) => void;
  };
  const { stroke } = canvas;
  canvas.stroke = function (...path) {
    redrawn.strokes += 1;
    stroke.apply(this, path);
  };
  Object.assign(window, { redrawn });
}

/** Publishes a snapshot, and waits until its points came and are drawn. */
async function poll({ page, host }: OpenDashboard, snapshot: TopologySnapshot): Promise<void> {
  const before = host.received.length;
  host.nowMs = snapshot.takenAtMs;
  host.publish(snapshot);
  const deadline = Date.now() + 20_000;
  while (host.received.length === before && Date.now() < deadline) await page.waitForTimeout(5);
  await page.waitForTimeout(30);
  await drawn(page);
}

async function drawn(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise<void>((resolve) => {
        requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      }),
  );
}

interface Cost {
  readonly scriptMs: number;
  readonly layoutMs: number;
}

/** What the browser says of its main thread. @see Performance.getMetrics in the DevTools protocol */
class Meter {
  private constructor(private readonly devTools: CDPSession) {}

  static async on(page: Page): Promise<Meter> {
    const devTools = await page.context().newCDPSession(page);
    // Time of the thread, not of the clock: what else the machine does is not counted.
    await devTools.send('Performance.enable', { timeDomain: 'threadTicks' });
    return new Meter(devTools);
  }

  async median(times: number, act: () => Promise<void>): Promise<Cost> {
    const costs: Cost[] = [];
    for (let time = 0; time < times; time += 1) {
      const before = await this.read();
      await act();
      const after = await this.read();
      costs.push({
        scriptMs: after.scriptMs - before.scriptMs,
        layoutMs: after.layoutMs - before.layoutMs,
      });
    }
    return {
      scriptMs: median(costs.map(({ scriptMs }) => scriptMs)),
      layoutMs: median(costs.map(({ layoutMs }) => layoutMs)),
    };
  }

  private async read(): Promise<Cost> {
    const { metrics } = await this.devTools.send('Performance.getMetrics');
    const of = (name: string): number => {
      const found = metrics.find((metric) => metric.name === name);
      if (found === undefined) throw new Error(`The browser does not tell ${name}.`);
      return found.value * 1_000;
    };
    return {
      scriptMs: of('ScriptDuration'),
      layoutMs: of('LayoutDuration') + of('RecalcStyleDuration'),
    };
  }
}
