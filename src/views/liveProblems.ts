import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { serverVersion } from '../core/describe/nodeText';
import { differencesOf } from '../core/differences/differencesOf';
import { routingFindings } from '../core/routing/routingFindings';
import { say } from '../core/say';
import type { NodeSnapshot, TopologySnapshot } from '../core/snapshot';
import type { Topology } from '../core/topology';
import { optionProblems } from '../topologyFile/optionProblems';
import {
  makeProblem,
  type FixCommand,
  type JsonPath,
  type LiveProblemCode,
  type Problem,
} from '../topologyFile/problem';
import type { Positions } from '../topologyFile/positions';
import type { LiveProblems } from './diagnostics';
import { differenceProblem } from './differenceProblem';
import type { ReadFile, TopologyFile } from './topologyFiles';

interface Finding {
  readonly path: JsonPath;
  /** Where the first path has nothing. */
  readonly instead: JsonPath;
  readonly code: LiveProblemCode;
  readonly message: string;
}

/** Holds the file, as it is typed, against what the servers said. */
export class SnapshotProblems implements LiveProblems, Disposable {
  readonly #listeners = new Set<() => void>();
  readonly #subscription: Disposable;
  readonly #snapshots = new Map<string, { readonly snapshot: TopologySnapshot; said: string }>();

  constructor(
    monitor: Pick<TopologyMonitor, 'onDidChange'>,
    /** Which commands of fixes there are. */
    private readonly hasCommand: (id: FixCommand) => boolean,
  ) {
    this.#subscription = monitor.onDidChange((snapshot) => {
      const said = JSON.stringify([
        findingsOf(snapshot),
        routingFindings(snapshot),
        [...versionsOf(snapshot.nodes)],
        differencesOf(snapshot),
      ]);
      const isSame = this.#snapshots.get(snapshot.id)?.said === said;
      this.#snapshots.set(snapshot.id, { snapshot, said });
      if (isSame) return;
      for (const listener of this.#listeners) listener();
    });
  }

  of(file: TopologyFile): readonly Problem[] {
    const { shown } = file;
    const snapshot = this.#snapshots.get(file.id)?.snapshot;
    if (shown === null || snapshot === undefined) return [];
    const { positions } = shown.parsed;
    const topology = shown.parsed.topology ?? file.topology;
    const options =
      topology === null
        ? []
        : [...versionsOf(snapshot.nodes)].flatMap(([nodeId, version]) =>
            optionProblems(topology, nodeId, version, positions, shown.text),
          );
    return [
      ...findingsOf(snapshot).flatMap((finding) => locate(finding, positions)),
      ...routingProblems(shown, snapshot),
      ...this.#differences(shown, snapshot),
      ...options,
    ];
  }

  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#listeners.clear();
  }

  /** Of the text that is shown, whose places are told by index: none while it is not valid. */
  #differences(shown: ReadFile, snapshot: TopologySnapshot): readonly Problem[] {
    const { topology } = shown.parsed;
    if (topology === null) return [];
    const { positions } = shown.parsed;
    return differencesOf(asTyped(snapshot, topology)).flatMap((difference) =>
      differenceProblem(difference, shown.text, positions, this.hasCommand),
    );
  }
}

/** By the text that is shown, like the differences. */
function routingProblems({ parsed }: ReadFile, snapshot: TopologySnapshot): Problem[] {
  if (parsed.topology === null) return [];
  return routingFindings(asTyped(snapshot, parsed.topology)).flatMap((finding) =>
    locate({ ...finding, instead: finding.path }, parsed.positions),
  );
}

/** The same servers under another text of the file; those that it points elsewhere are not known there. */
function asTyped(snapshot: TopologySnapshot, topology: Topology): TopologySnapshot {
  const before = new Map(snapshot.topology.nodes.map((node) => [node.id, node.connection]));
  const isSame = new Set(
    topology.nodes
      .filter(({ id, connection }) => JSON.stringify(before.get(id)) === JSON.stringify(connection))
      .map(({ id }) => id),
  );
  return { ...snapshot, topology, nodes: snapshot.nodes.filter(({ id }) => isSame.has(id)) };
}

/** server_version_num by node, of those that were read. */
function versionsOf(nodes: readonly NodeSnapshot[]): ReadonlyMap<string, number> {
  return new Map(
    nodes.flatMap(({ id, sample }) =>
      sample.fast === null ? [] : [[id, sample.fast.serverVersionNum] as const],
    ),
  );
}

function locate({ path, instead, code, message }: Finding, positions: Positions): Problem[] {
  const range = positions.valueAt(path) ?? positions.keyAt(instead);
  if (range === null) return [];
  return [makeProblem({ severity: 'warning', code, message, range, path, isLive: true })];
}

/** What keeps a node from being compared at all. */
function findingsOf({ nodes }: TopologySnapshot): readonly Finding[] {
  return nodes.filter((node) => node.isDeclared).flatMap(findingOf);
}

function findingOf(node: NodeSnapshot): Finding[] {
  const { verdict, sample, id } = node;
  const at = (code: LiveProblemCode, message: string): Finding[] => [
    { path: ['nodes', id, 'connection'], instead: ['nodes', id], code, message },
  ];
  if (sample.failure?.reason === 'unresolved') return at('host-not-found', sample.failure.text);
  if (verdict.code !== 'tooOld') return [];
  const version = serverVersion(node);
  const runs = version === null ? say`an older Postgres` : `Postgres ${version}`;
  return at('server-too-old', say`${id} runs ${runs}; this needs 14 or newer.`);
}
