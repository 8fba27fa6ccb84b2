import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { findBinaries, foldersOfPath, isInside, majorOf } from '../../../src/demo/binaries';

describe('finding programs of a server', () => {
  let root: string;

  before(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'pg-topology-binaries-')));
    // Root starts them as another account.
    await chmod(root, 0o777);
  });
  after(() => rm(root, { recursive: true, force: true }));

  /** A folder with programs that only tell their version. */
  async function install(name: string, version: string): Promise<string> {
    const folder = join(root, name);
    await mkdir(folder, { recursive: true });
    for (const program of ['initdb', 'postgres', 'pg_ctl']) {
      await script(join(folder, program), `echo "${program} (PostgreSQL) ${version}"`);
    }
    return folder;
  }

  async function script(path: string, line: string): Promise<void> {
    await writeFile(path, `#!/bin/sh\n${line}\n`);
    await chmod(path, 0o755);
  }

  const find = (path: readonly string[], more: Partial<Parameters<typeof findBinaries>[0]> = {}) =>
    findBinaries({
      variables: { PATH: path.join(delimiter) },
      // A platform without usual places: what this machine has installed is not asked.
      platform: 'freebsd',
      downloaded: [],
      workspaceFolders: [],
      ...more,
    });

  it('takes the first of the PATH that is new enough', async () => {
    const old = await install('old', '13.20');
    const good = await install('good', '17.2 (Debian 17.2-1)');
    const later = await install('later', '18.4');
    const found = await find([join(root, 'missing'), old, good, later]);
    assert.equal(found?.folder, good);
    assert.equal(found.major, 17);
    // Unless a developer names another.
    const variables = { PATH: good, PG_TOPOLOGY_DEMO_BIN: later };
    assert.equal((await find([], { variables }))?.folder, later);
  });

  it('asks pg_config where only that is on the PATH', async () => {
    const hidden = await install('hidden', '16.1');
    const folder = join(root, 'config');
    await mkdir(folder);
    await script(join(folder, 'pg_config'), `[ "$1" = --bindir ] && echo ${hidden}`);
    assert.equal((await find([folder]))?.folder, hidden);
  });

  it('takes what was downloaded when there is nothing else', async () => {
    const downloaded = await install('downloaded', '18.4');
    assert.equal((await find([], { downloaded: [downloaded] }))?.folder, downloaded);
    const path = await install('path', '15.1');
    assert.equal((await find([path], { downloaded: [downloaded] }))?.folder, path);
  });

  it('passes over what lacks a program, does not run, or is older than 14', async () => {
    const half = await install('half', '18.1');
    await rm(join(half, 'initdb'));
    const broken = await install('broken', '18.1');
    await script(join(broken, 'postgres'), 'exit 1');
    const closed = await install('closed', '18.1');
    await chmod(join(closed, 'pg_ctl'), 0o644);
    assert.equal(await find([half, broken, closed, await install('nine', '9.6.24')]), null);
  });

  it('starts nothing from a folder of the workspace, nor by a link into it', async () => {
    const workspace = await install('workspace/node_modules/.bin', '18.4');
    const marker = join(root, 'started');
    await script(join(workspace, 'postgres'), `touch ${marker}; echo "postgres (PostgreSQL) 18.4"`);
    await script(join(workspace, 'pg_config'), `touch ${marker}; echo ${workspace}`);
    const linked = join(root, 'linked');
    await mkdir(linked);
    for (const program of ['initdb', 'postgres', 'pg_ctl', 'pg_config']) {
      await symlink(join(workspace, program), join(linked, program)).catch(() => undefined);
    }
    const workspaceFolders = [join(root, 'workspace')];
    assert.equal(await find([workspace, linked], { workspaceFolders }), null);
    await assert.rejects(realpath(marker), { code: 'ENOENT' });
    // It would have been: the same folders, without the workspace.
    assert.equal((await find([workspace]))?.folder, workspace);
    await realpath(marker);
  });

  it('takes absolute folders of a PATH alone', () => {
    const path = ['.', '', 'bin', '/usr/bin', './node_modules/.bin', '"/opt/pg/bin"', '/usr/bin'];
    assert.deepEqual(foldersOfPath(path.join(delimiter)), ['/usr/bin', '/opt/pg/bin']);
    assert.deepEqual(foldersOfPath(undefined), []);
  });

  it('knows what is inside of a folder', () => {
    assert.equal(isInside('/home/me/app/bin/postgres', ['/home/me/app']), true);
    assert.equal(isInside('/home/me/app', ['/home/me/app']), true);
    assert.equal(isInside('/home/me/application/bin', ['/home/me/app']), false);
    assert.equal(isInside('/usr/bin/postgres', ['/']), true);
  });

  it('reads versions', () => {
    assert.equal(majorOf('postgres (PostgreSQL) 14.23'), 14);
    assert.equal(majorOf('postgres (PostgreSQL) 19devel'), 19);
    assert.equal(majorOf('postgres (EnterpriseDB) 18'), null);
  });
});
