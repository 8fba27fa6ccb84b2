import fc from 'fast-check';
import type {
  Evidence,
  ProposalChoices,
  ProposedEdge,
  ProposedNode,
  TopologyProposal,
} from '../../../src/core/discovery/proposal';

/** What a server could be called, or answer, to break out of where it is written. */
const nasty = fc.oneof(
  fc.constantFrom(
    '*/ "nodes": {} /*',
    'a\n"password": "x"',
    'a\r}',
    '// }',
    '\u2028},',
    '\u202e',
    '${1}',
    '"',
    '\\',
    '__proto__',
  ),
  fc.string({ maxLength: 20 }),
);
/** Where no identifier of a server stands, it may even hold a password. */
const told = fc.oneof(nasty, fc.constantFrom('postgresql://u:hunter22@h/db', 'password=hunter22'));

const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('central', 'standby', 'edge', 'b', 'c') },
  { weight: 1, arbitrary: told },
);

const evidence: fc.Arbitrary<readonly Evidence[]> = fc.array(
  fc.record({
    text: fc.oneof(fc.constant('client_addr 10.0.0.7 in pg_stat_replication on central'), told),
    atMs: fc.option(fc.integer({ min: 1_600_000_000_000, max: 1_900_000_000_000 }), { nil: null }),
  }),
  { minLength: 1, maxLength: 4 },
);

const shown = { certainty: fc.constantFrom('seen' as const, 'guessed' as const), evidence };
const identifier = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('app_pub', 'app_sub', 'Mixed', 'other_sub') },
  { weight: 1, arbitrary: nasty },
);
const table = fc.record({
  schema: fc.constantFrom('public', 'a.b', 'x"y'),
  name: fc.oneof(fc.constantFrom('users', 'jobs'), nasty),
});

const node = fc.record({
  ...shown,
  id: name,
  connection: fc.oneof(
    { weight: 1, arbitrary: fc.constant({}) },
    {
      weight: 8,
      arbitrary: fc.record(
        {
          host: fc.constantFrom('db1', 'db2', 'localhost', '10.0.0.7', '::1', '/run/postgresql'),
          port: fc.constantFrom('5432', '5433', '5434'),
          dbname: fc.oneof(fc.constant('app'), nasty),
          user: fc.oneof(fc.constant('monitor'), nasty),
          password: fc.constant('hunter22'),
          sslmode: fc.constantFrom('disable', 'verify-full'),
        },
        { requiredKeys: ['host', 'port'] },
      ),
    },
  ),
  problem: fc.option(told, { nil: null }),
  systemIdentifier: fc.constant(null),
  isInFile: fc.boolean(),
  publications: fc.array(
    fc.record({
      name: identifier,
      allTables: fc.boolean(),
      schemas: fc.array(fc.constantFrom('public', 'other'), { maxLength: 1 }),
      tables: fc.array(table, { maxLength: 3 }),
      evidence,
    }),
    { maxLength: 2 },
  ),
  queue: fc.option(
    fc.record({
      table,
      capture: fc.constantFrom('trigger' as const, 'application' as const),
      tables: fc.array(
        fc
          .tuple(table, fc.constantFrom('manual' as const, 'merge' as const))
          .map(([named, policy]) => ({ ...named, policy })),
        { maxLength: 3 },
      ),
      evidence,
    }),
    { nil: null },
  ),
});

function edgesBetween(ids: readonly string[]): fc.Arbitrary<readonly ProposedEdge[]> {
  if (ids.length === 0) return fc.constant([]);
  const end = fc.constantFrom(...ids);
  const slot = fc.option(fc.oneof(fc.constantFrom('s1', 's2', 'app_sub'), nasty), { nil: null });
  return fc.array(
    fc.oneof(
      fc.record({ ...shown, kind: fc.constant('streaming' as const), from: end, to: end, slot }),
      fc.record({
        ...shown,
        kind: fc.constant('logical' as const),
        from: end,
        to: end,
        subscription: identifier,
        publications: fc.array(identifier, { maxLength: 2 }),
        slot,
        connection: fc.option(
          fc.constantFrom('host=inside port=5432', 'host=h password=hunter22 dbname=x', '%%'),
          { nil: null },
        ),
      }),
      fc.record({ ...shown, kind: fc.constant('queue' as const), from: end, to: end }),
    ),
    { maxLength: 6 },
  );
}

/** Proposals right and wrong: circles, slots read twice, names that no file takes. */
export const randomProposal: fc.Arbitrary<{
  readonly proposal: TopologyProposal;
  readonly choices: ProposalChoices;
}> = fc
  .uniqueArray(node, { selector: ({ id }) => id, maxLength: 5 })
  .chain((nodes) =>
    fc.record({
      nodes: fc.constant<readonly ProposedNode[]>(nodes),
      edges: edgesBetween(nodes.map(({ id }) => id)),
      consumers: fc.array(
        fc.record({
          ...shown,
          id: name,
          node: fc.constantFrom(...nodes.map(({ id }) => id), 'nobody'),
          slot: fc.oneof(fc.constantFrom('s1', 'electric'), nasty),
        }),
        { maxLength: 2 },
      ),
      name: fc.option(told, { nil: null }),
      left: fc.nat(20),
      names: fc.dictionary(name, name, { maxKeys: 2 }),
      moved: fc.boolean(),
    }),
  )
  .map(({ nodes, edges, consumers, name: title, left, names, moved }) => {
    const ids = nodes.map(({ id }) => id);
    return {
      proposal: { name: title, nodes, edges, consumers, skipped: [], warnings: [] },
      choices: {
        nodeIds: new Set(ids.filter((_, index) => index !== left)),
        names: new Map(Object.entries(names)),
        addresses: new Map(
          moved && ids[0] !== undefined ? [[ids[0], { host: 'nat.example.com', port: 6432 }]] : [],
        ),
      },
    };
  });
