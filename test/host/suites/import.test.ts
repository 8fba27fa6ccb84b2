import assert from 'node:assert/strict';
import { symlink } from 'node:fs/promises';
import * as vscode from 'vscode';
import { type ConnectionSpy, listenForConnections } from '../support/connectionSpy';
import { escapeUntilSettled } from '../support/escape';
import { activateExtension, workspaceFolder } from '../support/extension';
import { PickWatch } from '../support/pickWatch';

const PASSWORD = 'c4n4ry-of-an-import';

const at = (...path: readonly string[]) =>
  vscode.Uri.joinPath(workspaceFolder(), 'imports', ...path);

describe('what there is to import', () => {
  let server: ConnectionSpy;
  let picks: PickWatch;

  before(async () => {
    await activateExtension();
    server = await listenForConnections();
    const env = `MASTER_DB_HOST=127.0.0.1
MASTER_DB_PORT=${server.port}
MASTER_DB_PASSWORD=${PASSWORD}
REPLICA_DB_HOST=replica.example.com
REPLICA_DB_PASSWORD=${PASSWORD}
DB_PORT=5432
`;
    const compose = `services:
  db:
    image: postgres:17
    ports: ["\${MASTER_DB_PORT}:5432"]
    env_file: [passwords/db.env]
`;
    await write(at('.env'), env);
    await write(at('compose.yaml'), compose);
    await write(at('passwords', 'db.env'), `POSTGRES_PASSWORD=${PASSWORD}\nPOSTGRES_DB=shop\n`);
    await write(at('large.env'), `PGHOST=large.example.com\n${'#\n'.repeat(150 * 1024)}`);
    await write(at('plain.env'), 'EDITOR=vi\n');
    await write(at('docker-compose.yml'), 'services:\n\tdb:\n');
    await write(at('node_modules', 'some', '.env'), 'PGHOST=module.example.com\n');
    await write(at('pg_service.conf'), `[orders]\nhost=orders.example.com\npassword=${PASSWORD}\n`);
    await symlink(at('.env').fsPath, at('link.env').fsPath);
    picks = new PickWatch();
  });

  after(async () => {
    picks.dispose();
    await vscode.workspace.fs.delete(at(), { recursive: true, useTrash: false });
    await server.close();
  });

  it('is listed by what it holds, without passwords and without contacting anybody', async () => {
    const command = vscode.commands.executeCommand('pgTopology.importTopology');
    const lines = await picks.lines();
    await escapeUntilSettled(command);
    const ours = lines.filter(([label]) => label.includes('imports/'));
    assert.deepEqual(ours, [
      [
        '$(file) imports/.env',
        `2 Postgres servers: 127.0.0.1:${server.port}, replica.example.com:5432`,
      ],
      ['$(file) imports/compose.yaml', `1 Postgres server: localhost:${server.port}`],
      ['$(file) imports/pg_service.conf', '1 Postgres server: orders.example.com'],
      ['$(info) imports/large.env is too large (limit 256 KB).', undefined],
      ['$(info) imports/link.env is a link, and was not read.', undefined],
      [
        '$(info) POSTGRES_PASSWORD, POSTGRES_DB in imports/passwords/db.env name no host, so no node was made of them.',
        undefined,
      ],
      ['$(info) imports/docker-compose.yml, line 2: a tab cannot indent; use spaces.', undefined],
    ]);
    assert.doesNotMatch(JSON.stringify(lines), new RegExp(`${PASSWORD}|module\\.example`, 'u'));
    assert.equal(server.connections(), 0);
  });
});

async function write(uri: vscode.Uri, text: string): Promise<void> {
  await vscode.workspace.fs.writeFile(uri, Buffer.from(text));
}
