import assert from 'node:assert/strict';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import type { EdgeChecks } from '../../../src/core/ports/checks';
import type { TopologySnapshot } from '../../../src/core/snapshot';
import type { Envelope } from '../../../src/protocol/envelope';
import { waitFor } from '../../clusters/waitFor';
import { launchShell } from '../../host/browser.mjs';
import { FakeHost } from './fakeHost';
import { Site } from './site';
import { type Theme, THEME_CLASSES, THEME_KINDS, themeVariables } from './themes';

export interface OpenOptions {
  readonly theme?: Theme;
  readonly width?: number;
  readonly height?: number;
  /** What `getState` gives: what the user arranged before the page was hidden. */
  readonly savedState?: unknown;
  readonly checks?: readonly EdgeChecks[];
  readonly isContinuous?: boolean;
  /** The dashboard unless said otherwise. */
  readonly page?: 'discovery';
}

/** One open dashboard: the built page in a real browser, the real host session behind it. */
export interface OpenDashboard {
  readonly page: Page;
  readonly host: FakeHost;
  /** Console errors, page errors and refusals of the content security policy so far. */
  readonly problems: string[];
  /** Hands the page a message as VS Code does, whatever it is. */
  readonly send: (message: unknown) => Promise<void>;
}

/** Serves and opens dashboards; everything it opened is closed by `close`, which fails on any problem a page had. */
export class Rig {
  private readonly opened: { readonly context: BrowserContext; readonly problems: string[] }[] = [];

  private constructor(
    private readonly site: Site,
    private readonly browser: Browser,
  ) {}

  static async start(): Promise<Rig> {
    const site = await Site.start();
    return new Rig(site, await launchShell());
  }

  async open(
    snapshots: readonly TopologySnapshot[],
    options: OpenOptions = {},
  ): Promise<OpenDashboard> {
    let host: FakeHost | undefined;
    const opened = await this.openWith((post) => {
      host = new FakeHost(snapshots, post);
      host.checks = options.checks ?? [];
      host.isContinuous = options.isContinuous ?? false;
      return host;
    }, options);
    assert.ok(host !== undefined);
    return { ...opened, host };
  }

  /** Opens the page before any host side that hears and posts messages. */
  async openWith(
    hostOf: (post: (message: Envelope) => void) => { receive(message: unknown): void },
    options: OpenOptions = {},
  ): Promise<Omit<OpenDashboard, 'host'>> {
    const theme = options.theme ?? 'dark';
    const context = await this.browser.newContext({
      viewport: { width: options.width ?? 1400, height: options.height ?? 900 },
      permissions: ['clipboard-read', 'clipboard-write'],
      timezoneId: 'UTC',
      reducedMotion: 'reduce',
    });
    const page = await context.newPage();
    page.setDefaultTimeout(120_000);
    const problems: string[] = [];
    this.opened.push({ context, problems });
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') problems.push(message.text());
    });
    page.on('pageerror', (error) => problems.push(error.message));

    const send = async (message: unknown): Promise<void> => {
      await page.evaluate((data) => {
        window.dispatchEvent(new MessageEvent('message', { data }));
      }, message);
    };
    const asked = new Set<number>();
    const host = hostOf((message) => {
      // The page may be gone already, as a hidden webview is.
      void send(message)
        .catch(() => undefined)
        .then(() => {
          if (message.kind === 'answer' || message.kind === 'error') asked.delete(message.id);
        });
    });
    await page.exposeFunction('hostReceives', (message: Envelope) => {
      if (message.kind === 'request') asked.add(message.id);
      host.receive(message);
    });
    await page.exposeFunction('policyRefused', (what: string) => problems.push(what));
    // esbuild, which runs these files, wraps functions in a helper that the page does not have.
    await page.addInitScript({ content: 'globalThis.__name = (value) => value;' });
    await page.addInitScript(prepare, {
      variables: await themeVariables(theme),
      classes: THEME_CLASSES[theme],
      kind: THEME_KINDS[theme],
      saved: options.savedState ?? null,
    });
    await page.goto(`${this.site.origin}/${options.page ?? ''}`);
    await page.waitForSelector('#dashboard:not([aria-busy])');
    // Charts and events come with answers of their own.
    await waitFor(() => asked.size === 0, { what: 'the page has all that it asked for' });
    return { page, problems, send };
  }

  /** Closes what a test opened. */
  async closeAll(): Promise<void> {
    const problems = this.opened.flatMap((one) => one.problems);
    const contexts = this.opened.splice(0).map(({ context }) => context);
    await Promise.all(contexts.map((context) => context.close()));
    assert.deepEqual(problems, []);
  }

  async stop(): Promise<void> {
    await this.browser.close();
    await this.site.stop();
  }
}

interface Preparation {
  readonly variables: Record<string, string>;
  readonly classes: string;
  readonly kind: string;
  readonly saved: unknown;
}

/** Runs in the page before its own script: what VS Code does for a webview. */
function prepare({ variables, classes, kind, saved }: Preparation): void {
  // Functions that the test exposed to the page.
  const outside = window as unknown as {
    hostReceives(message: unknown): Promise<void>;
    policyRefused(what: string): Promise<void>;
    acquireVsCodeApi?: unknown;
  };
  let state: unknown = saved;
  outside.acquireVsCodeApi = () => ({
    postMessage: (message: unknown) => void outside.hostReceives(message),
    getState: () => state,
    setState: (next: unknown) => {
      state = next;
    },
  });
  document.addEventListener('securitypolicyviolation', (event) => {
    void outside.policyRefused(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`);
  });
  document.addEventListener('DOMContentLoaded', () => {
    for (const [name, value] of Object.entries(variables)) {
      document.documentElement.style.setProperty(name, value);
    }
    document.body.className = classes;
    document.body.dataset['vscodeThemeKind'] = kind;
  });
}
