import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import * as z from 'zod';
import { forEachMajor, SUPPORTED_MAJORS } from '../clusters/majors';
import { identityOf } from '../clusters/processTable';
import { runsFolder } from '../clusters/runFolder';
import { waitFor } from '../clusters/waitFor';

const START = fileURLToPath(new URL('../../scripts/start.mjs', import.meta.url));

const readySchema = z.object({
  topologyFile: z.string(),
  runFolder: z.string(),
  nodes: z.record(
    z.string(),
    z.object({ port: z.number(), database: z.string(), pid: z.number() }),
  ),
});

interface Started extends z.infer<typeof readySchema> {
  readonly child: ChildProcess;
  readonly pids: readonly number[];
}

forEachMajor('npm start without an editor', (major) => {
  // The script is the same on all of them; the ends show that it starts what it is told to.
  if (major !== SUPPORTED_MAJORS[0] && major !== SUPPORTED_MAJORS.at(-1)) return;
  const children: ChildProcess[] = [];

  after(() => {
    for (const child of children) child.kill('SIGKILL');
  });

  async function start(): Promise<Started> {
    const args = [START, '--no-editor', '--json', '--major', String(major)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let errors = '';
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    const line = await Promise.race([
      once(readline.createInterface(child.stdout), 'line').then(([text]: unknown[]) => text),
      once(child, 'exit').then(() => null),
    ]);
    if (typeof line !== 'string') assert.fail(`It ended: ${errors}`);
    const ready = readySchema.parse(JSON.parse(line));
    return { ...ready, child, pids: Object.values(ready.nodes).map((node) => node.pid) };
  }

  const stillRunning = ({ pids }: Started) => pids.filter((pid) => identityOf(pid) !== null);

  it('shows a live topology, cleans up after a crash, and leaves nothing after Ctrl+C', async () => {
    const crashed = await start();
    assert.equal(Object.keys(crashed.nodes).length, 6);
    assert.deepEqual(stillRunning(crashed), crashed.pids);
    const central = crashed.nodes['central'];
    assert.ok(central);
    const client = new pg.Client({ ...central, host: '127.0.0.1', user: 'monitor' });
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query('SELECT pid FROM pg_stat_replication');
    assert.equal(rows.length, 4, 'one standby and three subscriptions');
    await client.end();

    const end = once(crashed.child, 'exit');
    crashed.child.kill('SIGKILL');
    await end;
    const next = await start();
    assert.deepEqual(stillRunning(crashed), []);
    assert.equal(fs.existsSync(crashed.runFolder), false);

    assert.ok(fs.existsSync(next.topologyFile));
    const ended = once(next.child, 'exit');
    // A terminal and npm both pass Ctrl+C on: the second one at once must not cut the first one short.
    next.child.kill('SIGINT');
    next.child.kill('SIGINT');
    assert.deepEqual(await ended, [0, null]);
    assert.deepEqual(stillRunning(next), []);
    assert.equal(fs.existsSync(next.runFolder), false);
  });

  it('leaves nothing when it is stopped while it starts', async () => {
    const args = [START, '--no-editor', '--json', '--major', String(major)];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    children.push(child);
    const prefix = `pg-topology-run-${String(child.pid)}-`;
    const ours = () => fs.readdirSync(runsFolder()).filter((name) => name.startsWith(prefix));
    await waitFor(() => ours().length > 0, { what: 'its folder is there', everyMs: 5 });
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    assert.deepEqual(await ended, [130, null]);
    assert.deepEqual(ours(), []);
  });
});
