import assert from 'node:assert/strict';
import type { Uri } from 'vscode';
import type { Clock } from '../../../src/core/ports/clock';
import type { FileText, WatchedFile } from '../../../src/host/fileText';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { TopologyFiles } from '../../../src/views/topologyFiles';

const valid = (host: string) =>
  `{ "nodes": { "central": { "connection": "host=${host} user=monitor" } } }`;

/** What `TopologyFiles` reads of a URI. */
function uriOf(path: string): Uri {
  const shape: Partial<Uri> = { path, toString: () => `file://${path}` };
  // Only these two members are used, and making the rest needs an editor.
  return shape as Uri;
}

class Rig {
  nowMs = 1_000;
  private files: readonly WatchedFile[] = [];
  private notify: () => void = () => undefined;
  readonly topologyFiles: TopologyFiles;

  constructor() {
    const clock: Clock = {
      nowMs: () => this.nowMs,
      monotonicMs: () => this.nowMs,
      schedule: () => () => undefined,
    };
    const source = {
      current: () => this.files,
      onDidChange: (listener: () => void) => {
        this.notify = listener;
        return { dispose: () => undefined };
      },
    };
    this.topologyFiles = new TopologyFiles(source, parseTopologyFile, clock);
  }

  show(stored: string | FileText, unsaved: string | null = null): void {
    const text: FileText = typeof stored === 'string' ? { kind: 'text', text: stored } : stored;
    this.files = [{ uri: uriOf('/folder/cloud/pg-topology.json'), stored: text, unsaved }];
    this.notify();
  }

  get file() {
    const [file] = this.topologyFiles.current();
    assert.ok(file);
    return file;
  }

  get host(): string | undefined {
    return this.topologyFiles.entries()[0]?.topology.nodes[0]?.connection['host'];
  }
}

describe('TopologyFiles', () => {
  it('reads what is stored, and names a topology after its folder', () => {
    const rig = new Rig();
    rig.show(valid('db1'));
    assert.equal(rig.host, 'db1');
    assert.equal(rig.file.topology?.name, 'cloud');
    assert.equal(rig.file.isValid, true);
  });

  it('keeps the last valid topology of a file that turned invalid, with its age', () => {
    const rig = new Rig();
    rig.show(valid('db1'));
    rig.nowMs = 5_000;
    rig.show('{ "nodes": ');
    assert.equal(rig.host, 'db1');
    assert.equal(rig.file.isValid, false);
    const [condition] = rig.topologyFiles.conditions();
    assert.equal(condition?.lastValidAtMs, 1_000);
    assert.match(condition.error ?? '', / in line 1\.$/u);
  });

  it('has no topology of a file that never was valid', () => {
    const rig = new Rig();
    rig.show('[]');
    assert.deepEqual(rig.topologyFiles.entries(), []);
    assert.equal(rig.topologyFiles.conditions()[0]?.lastValidAtMs, null);
  });

  it('tells problems of what is typed, and asks no server that is only typed', () => {
    const rig = new Rig();
    rig.show(valid('db1'), valid('db2').replace('"central"', '"central", '));
    assert.equal(rig.host, 'db1');
    assert.ok((rig.file.shown?.parsed.problems.length ?? 0) > 0);
    rig.show(valid('db1'), valid('db2'));
    assert.equal(rig.host, 'db1');
    assert.deepEqual(rig.file.shown?.parsed.problems, []);
  });

  it('keeps the very topology while nothing in it changed', () => {
    const rig = new Rig();
    rig.show(valid('db1'));
    const before = rig.file.topology;
    rig.show(`// a comment\n${valid('db1')}`);
    assert.equal(rig.file.topology, before);
    rig.show(valid('db2'));
    assert.notEqual(rig.file.topology, before);
  });

  it('says why a file was not read, and keeps what it said before', () => {
    const rig = new Rig();
    rig.show(valid('db1'));
    rig.show({ kind: 'refused', reason: 'pg-topology.json is too large (limit 1 MB).' });
    assert.equal(rig.host, 'db1');
    assert.equal(
      rig.topologyFiles.conditions()[0]?.error,
      'pg-topology.json is too large (limit 1 MB).',
    );
    assert.equal(rig.file.shown, null);
  });
});
