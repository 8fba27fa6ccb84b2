import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod/mini';

const serversSchema = z.object({ tlsNodes: z.array(z.string()) });

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

/** The reference topologies that the project brings as examples. */
export const EXAMPLE_NAMES = ['elephant', 'centralcloud', 'cqrs', 'claudia', 'pulse'] as const;

export type ExampleName = (typeof EXAMPLE_NAMES)[number];

/** A folder with `pg-topology.json`, and for nodes that need it `setup/<node>.sql`, `setup/<node>-queue.sql` and `workload/<node>.sql`. */
export class TopologySource {
  private constructor(
    readonly name: string,
    readonly folder: string,
  ) {}

  static example(name: ExampleName): TopologySource {
    return new TopologySource(name, path.join(ROOT, 'examples', name));
  }

  /** What `npm start` shows when no example is named. */
  static demo(): TopologySource {
    return new TopologySource('demo', path.join(ROOT, 'scripts', 'demo'));
  }

  /** @throws when nothing has this name, listing what there is */
  static named(name: string): TopologySource {
    if (name === 'demo') return TopologySource.demo();
    const example = EXAMPLE_NAMES.find((candidate) => candidate === name);
    if (example !== undefined) return TopologySource.example(example);
    throw new Error(
      `There is no topology "${name}". There are: demo, ${EXAMPLE_NAMES.join(', ')}.`,
    );
  }

  topologyFileText(): string {
    return fs.readFileSync(path.join(this.folder, 'pg-topology.json'), 'utf8');
  }

  /** Nodes whose servers have a certificate and take nothing in clear, from `servers.json`. The file of the topology is for a trial on loopback and need not say so. */
  tlsNodes(): readonly string[] {
    const text = readIfThere(path.join(this.folder, 'servers.json'));
    return text === null ? [] : serversSchema.parse(JSON.parse(text)).tlsNodes;
  }

  /** SQL that a node's database gets before anything replicates; `null` when it needs none. */
  setupSql(nodeId: string): string | null {
    return readIfThere(path.join(this.folder, 'setup', `${nodeId}.sql`));
  }

  /** SQL that an edge's database gets once its queue is there: what waits from the start; `null` when nothing does. */
  queueSql(nodeId: string): string | null {
    return readIfThere(path.join(this.folder, 'setup', `${nodeId}-queue.sql`));
  }

  /** What the gentle writer does on a node; `null` when nobody writes there. */
  workloadSql(nodeId: string): string | null {
    return readIfThere(path.join(this.folder, 'workload', `${nodeId}.sql`));
  }
}

function readIfThere(file: string): string | null {
  return fs.existsSync(file) ? fs.readFileSync(file, 'utf8') : null;
}
