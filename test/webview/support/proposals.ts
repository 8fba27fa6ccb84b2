import type {
  Evidence,
  ProposedEdge,
  ProposedNode,
  TopologyProposal,
} from '../../../src/core/discovery/proposal';
import { HOSTILE } from './hostile';

/** 21 November 2026, 12:03 UTC. */
const READ_AT_MS = Date.UTC(2026, 10, 21, 12, 3, 10);

function said(text: string): readonly Evidence[] {
  return [{ text, atMs: READ_AT_MS }];
}

function node(id: string, change: Partial<ProposedNode> = {}): ProposedNode {
  return {
    id,
    connection: { host: `${id}.internal`, port: '5432', dbname: 'services', user: 'monitor' },
    problem: null,
    systemIdentifier: '7301122334455667788',
    isInFile: false,
    publications: [],
    queue: null,
    certainty: 'seen',
    evidence: said(`pg_control_system() on ${id}`),
    ...change,
  };
}

const STANDBY_SAID = [
  ...said('client_addr 10.0.0.7 in pg_stat_replication on central'),
  ...said('sender_host central.internal in pg_stat_wal_receiver on central-read'),
];

/** What a crawl of a living topology comes to: known and new nodes, a guess, one that was not reached, a reader that is no Postgres. */
export const found: TopologyProposal = {
  name: 'Central cloud',
  nodes: [
    node('central', {
      isInFile: true,
      publications: [
        {
          name: 'patterns',
          allTables: false,
          schemas: ['reports'],
          tables: [
            { schema: 'public', name: 'patterns' },
            { schema: 'public', name: 'jobs' },
          ],
          evidence: said('pg_publication on central'),
        },
      ],
    }),
    node('central-read', { evidence: STANDBY_SAID }),
    node('central-archive', {
      connection: { host: '10.0.0.9', dbname: 'services', user: 'monitor' },
      certainty: 'guessed',
      systemIdentifier: null,
      problem:
        'central-archive was not reached from here: 10.0.0.9:5432 did not answer within 5 s. If it is behind NAT or in a container, give the address that leads there from here.',
      evidence: said('client_addr 10.0.0.9 in pg_stat_replication on central-read'),
    }),
    node('singularity', {
      evidence: said('subscription patterns_sub in pg_subscription on singularity'),
    }),
    node('genesis', {
      queue: {
        table: { schema: 'pgtopology', name: 'pending_sync' },
        capture: 'trigger',
        tables: [{ schema: 'public', name: 'jobs', policy: 'primary-wins' }],
        evidence: said('table pgtopology.pending_sync on genesis'),
      },
    }),
  ],
  edges: [
    {
      kind: 'streaming',
      from: 'central',
      to: 'central-read',
      slot: 'central_read',
      certainty: 'seen',
      evidence: STANDBY_SAID,
    },
    {
      kind: 'streaming',
      from: 'central-read',
      to: 'central-archive',
      slot: null,
      certainty: 'guessed',
      evidence: said('client_addr 10.0.0.9 in pg_stat_replication on central-read'),
    },
    {
      kind: 'logical',
      from: 'central',
      to: 'singularity',
      subscription: 'patterns_sub',
      publications: ['patterns'],
      slot: null,
      connection: 'host=central-lan port=5432 dbname=services',
      certainty: 'seen',
      evidence: [
        ...said('START_REPLICATION SLOT "patterns_sub" in pg_stat_activity on central'),
        ...said('subconninfo in pg_subscription on singularity'),
      ],
    },
    {
      kind: 'queue',
      from: 'genesis',
      to: 'central',
      certainty: 'guessed',
      evidence: [{ text: 'MASTER_DB_HOST in .env', atMs: null }],
    },
  ],
  consumers: [
    {
      id: 'electric',
      node: 'central',
      slot: 'electric_slot',
      certainty: 'seen',
      evidence: said('application_name electric in pg_stat_replication on central'),
    },
  ],
  skipped: [
    'Slot old_reports of central was left out: nobody reads it, and nothing says who should.',
  ],
  warnings: [
    'Slot old_reports on central keeps WAL that nobody reads. Drop it, or name its reader.',
  ],
};

/** One primary with fourteen standbys, one of which feeds five more. */
export const twenty: TopologyProposal = (() => {
  const names = Array.from({ length: 19 }, (_, at) => `standby-${String(at + 1).padStart(2, '0')}`);
  const upstream = (at: number) => (at < 14 ? 'central' : 'standby-03');
  return {
    ...found,
    nodes: [node('central'), ...names.map((name) => node(name))],
    edges: names.map((name, at): ProposedEdge => ({
      kind: 'streaming',
      from: upstream(at),
      to: name,
      slot: name.replace('-', '_'),
      certainty: at % 5 === 4 ? 'guessed' : 'seen',
      evidence: said(`client_addr 10.0.0.${at} in pg_stat_replication on ${upstream(at)}`),
    })),
    consumers: [],
    skipped: [],
    warnings: [],
  };
})();

/** Nothing answered. */
export const nothingFound: TopologyProposal = {
  name: null,
  nodes: [],
  edges: [],
  consumers: [],
  skipped: ['Service "db" of docker-compose.yml was left out: its image is no Postgres.'],
  warnings: [],
};

/** Every hostile text as name, host, slot, publication, sentence and evidence at once. */
export const hostileProposal: TopologyProposal = (() => {
  const names = HOSTILE.map((text, at) => `${text} ${at}`);
  return {
    name: names[0] ?? null,
    nodes: [
      node('central'),
      ...names.map((text) =>
        node(text, {
          connection: { host: text, port: text, dbname: text, user: text, sslmode: text },
          problem: text.repeat(3),
          systemIdentifier: null,
          evidence: said(text.repeat(4)),
          publications: [
            {
              name: text,
              allTables: false,
              schemas: [text],
              tables: [{ schema: text, name: text }],
              evidence: said(text),
            },
          ],
        }),
      ),
    ],
    edges: names.map((text): ProposedEdge => ({
      kind: 'logical',
      from: 'central',
      to: text,
      subscription: text,
      publications: [text],
      slot: text,
      connection: text,
      certainty: 'guessed',
      evidence: said(text),
    })),
    consumers: names.slice(0, 6).map((text) => ({
      id: text,
      node: 'central',
      slot: text,
      certainty: 'seen',
      evidence: said(text),
    })),
    skipped: names,
    warnings: names,
  };
})();
