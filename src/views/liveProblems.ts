import type { Disposable } from '../core/ports/disposable';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import { serverVersion } from '../core/describe/nodeText';
import type { NodeSnapshot } from '../core/snapshot';
import { optionProblems } from '../topologyFile/optionProblems';
import { makeProblem, type JsonPath, type Problem } from '../topologyFile/problem';
import type { Positions } from '../topologyFile/positions';
import type { LiveProblems } from './diagnostics';
import type { TopologyFile } from './topologyFiles';

interface Finding {
  readonly path: JsonPath;
  /** Where the first path has nothing. */
  readonly instead: JsonPath;
  readonly code: string;
  readonly message: string;
}

/** Holds the file against what the servers said: hosts that do not resolve, roles and systems that are others. */
export class SnapshotProblems implements LiveProblems, Disposable {
  readonly #listeners = new Set<() => void>();
  readonly #subscription: Disposable;
  #findings = new Map<string, readonly Finding[]>();
  #versions = new Map<string, ReadonlyMap<string, number>>();

  constructor(monitor: Pick<TopologyMonitor, 'onDidChange'>) {
    this.#subscription = monitor.onDidChange(({ id, nodes }) => {
      const findings = nodes.filter((node) => node.isDeclared).flatMap(findingsOf);
      const versions = versionsOf(nodes);
      const isSame =
        JSON.stringify(findings) === JSON.stringify(this.#findings.get(id) ?? []) &&
        JSON.stringify([...versions]) === JSON.stringify([...(this.#versions.get(id) ?? [])]);
      if (isSame) return;
      this.#findings.set(id, findings);
      this.#versions.set(id, versions);
      for (const listener of this.#listeners) listener();
    });
  }

  of(file: TopologyFile): readonly Problem[] {
    const parsed = file.shown?.parsed;
    if (parsed === undefined) return [];
    const { positions } = parsed;
    const topology = parsed.topology ?? file.topology;
    const options =
      topology === null
        ? []
        : [...(this.#versions.get(file.id) ?? [])].flatMap(([nodeId, version]) =>
            optionProblems(topology, nodeId, version, positions),
          );
    const findings = this.#findings.get(file.id) ?? [];
    return [...findings.flatMap((finding) => locate(finding, positions)), ...options];
  }

  onDidChange(listener: () => void): Disposable {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  }

  dispose(): void {
    this.#subscription.dispose();
    this.#listeners.clear();
  }
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
  return [makeProblem({ severity: 'warning', code, message, range, path })];
}

function findingsOf(node: NodeSnapshot): Finding[] {
  const { verdict, sample, id } = node;
  const at = (path: JsonPath, code: string, message: string): Finding[] => [
    { path: ['nodes', id, ...path], instead: ['nodes', id], code, message },
  ];
  if (sample.failure?.reason === 'unresolved') {
    return at(['connection'], 'host-not-found', sample.failure.text);
  }
  switch (verdict.code) {
    case 'roleMismatch': {
      const role = verdict.params.role ?? node.role;
      const declared = node.declaredRoles.includes('standby') ? 'a standby' : 'no standby';
      return at(
        ['standbyOf'],
        'role-mismatch',
        `${id} is declared ${declared}, but the server is a ${role}.`,
      );
    }
    case 'wrongSystem':
      return at(
        ['connection'],
        'other-system',
        `${id} is not the server seen before: ${verdict.params.reason ?? 'its system identifier is another'}.`,
      );
    case 'tooOld': {
      const version = serverVersion(node);
      const runs = version === null ? 'an older Postgres' : `Postgres ${version}`;
      return at(['connection'], 'server-too-old', `${id} runs ${runs}; this needs 14 or newer.`);
    }
    default:
      return [];
  }
}
