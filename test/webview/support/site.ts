import { createServer, type Server } from 'node:http';
import { readFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import type { Words } from '../../../src/core/words';
import { dashboardHtml, type PageKind } from '../../../src/panels/dashboardHtml';

const BUILT = new URL('../../../dist/webview/', import.meta.url);
const FILES: Readonly<Record<string, string>> = {
  '/dashboard.js': 'text/javascript',
  '/dashboard.css': 'text/css',
};

const PAGES: Readonly<Record<string, PageKind>> = { '/': 'dashboard', '/discovery': 'discovery' };

/** The built dashboard on a loopback port, under the very page and policy that the panel ships. */
export class Site {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  /** @param words what the page speaks; `null` is English. */
  static async start(words: Words | null = null): Promise<Site> {
    const files = new Map<string, Buffer>();
    for (const path of Object.keys(FILES)) {
      files.set(path, await readFile(new URL(path.slice(1), BUILT)));
    }
    let origin = '';
    const server = createServer((request, response) => {
      const path = request.url ?? '/';
      const file = files.get(path);
      if (file !== undefined) {
        response.writeHead(200, { 'content-type': FILES[path] });
        response.end(file);
        return;
      }
      const kind = PAGES[path];
      if (kind === undefined) {
        response.writeHead(path === '/favicon.ico' ? 204 : 404).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' });
      response.end(
        dashboardHtml({
          kind,
          cspSource: origin,
          scriptUri: `${origin}/dashboard.js`,
          styleUris: [`${origin}/dashboard.css`],
          language: 'qps-ploc',
          words,
        }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo; // A TCP server has an address with a port.
    origin = `http://127.0.0.1:${port}`;
    return new Site(server, origin);
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
