import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Ajv } from 'ajv';
import fc from 'fast-check';
import { topologyFileSchema } from '../../../src/topologyFile/fileSchema';
import { topologyJsonSchema } from '../../../src/topologyFile/jsonSchema';
import { applyTextEdits, removeValue } from '../../../src/topologyFile/edits';
import { putValue } from '../../../src/topologyFile/insertion';
import type { JsonPath } from '../../../src/topologyFile/problem';
import { parseTopologyFile } from '../../../src/topologyFile/parseTopologyFile';
import { nodeSnippets, fileSnippets } from '../../../src/topologyFile/snippets';

const schema = topologyJsonSchema();
// Not strict: VS Code's own keywords, such as markdownDescription, are unknown to it.
const validate = new Ajv({ strict: false, allErrors: false }).compile(schema);

/** Any value, leaning to the ones that the schema speaks of. */
const leaf = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    1,
    -1,
    5432,
    65536,
    1.5,
    true,
    false,
    null,
    '',
    'a',
    '5s',
    '5',
    '8GB',
  ),
  fc.constantFrom('auto', 'env:X', 'env:', 'production', 'parallel', 'none', 'merge', 'insert'),
  fc.constantFrom('readOnly', 'verify-full', 'banana', 'trigger', 'public.t', '5432,5433'),
);
const KEYS: readonly string[] = Array.from(
  new Set(JSON.stringify(schema).matchAll(/"([a-zA-Z_]+)":\{"description"/g)),
  (match) => match[1] ?? '',
);

/** Documents of the file's shape in which any part may be wrong. */
const part = fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie('value'), { maxLength: 3 }),
    tie('object'),
  ),
  object: fc.dictionary(fc.constantFrom(...KEYS, 'x'), tie('value'), { maxKeys: 4 }),
}));
const node = fc.record(
  {
    connection: fc.oneof(fc.constant('service=x'), part.value),
    adminUser: part.value,
    passwordSource: leaf,
    standbyOf: leaf,
    publications: fc.dictionary(
      fc.constantFrom('p', 'q'),
      fc.oneof(
        part.object,
        fc.record(
          {
            tables: fc.array(fc.oneof(leaf, fc.array(leaf, { maxLength: 3 }), part.object)),
            allTables: leaf,
            operations: fc.array(leaf, { maxLength: 2 }),
            generatedColumns: leaf,
          },
          { requiredKeys: [] },
        ),
      ),
      { maxKeys: 2 },
    ),
    subscriptions: fc.dictionary(
      fc.constantFrom('s'),
      fc.record(
        {
          publisher: leaf,
          publications: fc.array(leaf, { maxLength: 2 }),
          streaming: leaf,
          origin: leaf,
          expect: part.value,
        },
        { requiredKeys: ['publisher'] },
      ),
    ),
    pendingSync: part.value,
    access: leaf,
  },
  { requiredKeys: [] },
);
const shaped = fc.record(
  {
    name: leaf,
    environment: leaf,
    nodes: fc.dictionary(fc.constantFrom('a', 'b'), node, { maxKeys: 2 }),
    consumers: part.value,
    thresholds: part.value,
    routing: part.value,
  },
  { requiredKeys: ['nodes'] },
);

const VALID = {
  $schema: 'x',
  name: 'n',
  environment: 'staging',
  access: 'readOnly',
  nodes: {
    a: {
      connection: { host: 'h', port: 5432, database: 'd', sslmode: 'require', connect_timeout: 5 },
      adminUser: 'postgres',
      passwordSource: 'env:X',
      standbyOf: 'b',
      slot: 's',
      publications: {
        p: {
          tables: ['public.t', ['a', 'b'], { table: ['a', 'b'], columns: ['c'], rowFilter: 'x' }],
          schemas: ['s'],
          operations: ['insert', 'truncate'],
          viaPartitionRoot: true,
          generatedColumns: 'stored',
        },
        q: { allTables: true },
      },
      subscriptions: {
        s: {
          publisher: 'b',
          publications: ['p'],
          connection: 'host=h',
          slotName: 's',
          streaming: 'parallel',
          synchronousCommit: 'off',
          twoPhase: true,
          origin: 'none',
          expect: { arrivesWithin: '1s' },
        },
      },
      pendingSync: {
        primary: 'b',
        table: ['a', 'b'],
        capture: 'trigger',
        tables: { 'public.t': 'merge' },
        drainUser: 'd',
      },
      expect: { arrivesWithin: '1.5 s' },
      allowLanguageModels: false,
    },
    b: { connection: 'service=b', passwordSource: 'auto' },
  },
  consumers: { e: { node: 'a', slot: 's' } },
  thresholds: {
    lag: { warning: '5s', critical: '1min' },
    queueDepth: { warning: 0, critical: 10 },
    retainedWal: '8GB',
  },
  routing: { reads: ['a', 'b'], maxLag: '5s' },
};

/** The valid document with one thing replaced, or left out. */
const PLACES: readonly JsonPath[] = pathsOf(VALID);
const nearlyValid = fc
  .tuple(fc.constantFrom(...PLACES), fc.oneof(leaf, fc.constant(undefined), part.value))
  .map(([path, value]): unknown => {
    const text = JSON.stringify(VALID);
    const edits = value === undefined ? removeValue(text, path) : putValue(text, path, value);
    return JSON.parse(applyTextEdits(text, edits));
  });

function pathsOf(value: unknown): readonly JsonPath[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => {
    const step = Array.isArray(value) ? Number(key) : key;
    return [[step], ...pathsOf(child).map((path) => [step, ...path])];
  });
}

const document = fc.oneof(
  { arbitrary: part.value, weight: 1 },
  { arbitrary: shaped, weight: 2 },
  { arbitrary: nearlyValid, weight: 4 },
);

describe('the JSON schema of topology files', () => {
  it('says the same of a document as the check at run time', () => {
    let accepted = 0;
    fc.assert(
      fc.property(document, (value) => {
        const isValid = validate(value);
        if (isValid) accepted++;
        assert.equal(isValid, topologyFileSchema.safeParse(value).success);
      }),
      { numRuns: 3000 },
    );
    // Agreement on nothing but refusals would prove little.
    assert.ok(accepted > 200, `only ${accepted} documents were accepted`);
  });

  it('is what is checked in', () => {
    const path = fileURLToPath(new URL('../../../media/pg-topology.schema.json', import.meta.url));
    assert.deepEqual(JSON.parse(readFileSync(path, 'utf8')), JSON.parse(JSON.stringify(schema)));
  });

  it('is draft-07, lets comments and trailing commas be, and closes nothing', () => {
    assert.equal(schema['$schema'], 'http://json-schema.org/draft-07/schema#');
    assert.equal(schema['allowComments'], true);
    assert.equal(schema['allowTrailingCommas'], true);
    assert.ok(!JSON.stringify(schema).includes('"additionalProperties":false'));
  });

  it('has no key for a password', () => {
    assert.ok(!/"(?:ssl)?password":/i.test(JSON.stringify(schema)));
  });

  it('says something of every key', () => {
    const silent: string[] = [];
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, child] of Object.entries(value)) {
        if (path.endsWith('/properties') && !path.includes('/defaultSnippets')) {
          const hasWords = 'markdownDescription' in (child as object); // a schema is an object
          if (!hasWords && key !== '$schema') {
            silent.push(`${path}/${key}`);
          }
        }
        visit(child, `${path}/${key}`);
      }
    };
    visit(schema, '');
    assert.deepEqual(silent, []);
  });

  it('says of each place what is written there, though places share a type', () => {
    const said = (...path: readonly string[]): unknown => {
      let place: unknown = schema;
      for (const key of path)
        place = (place as { properties: Record<string, unknown> }).properties[key];
      return (place as { description: string }).description;
    };
    assert.deepEqual(
      [
        said('thresholds', 'lag', 'warning'),
        said('thresholds', 'lag', 'critical'),
        said('thresholds', 'queueDepth', 'warning'),
        said('routing', 'pools', 'writes'),
      ],
      [
        'Default: 5s.',
        'Default: 30s.',
        'Default: 100.',
        'Connections that are opened for writes at most, to the primary.',
      ],
    );
  });

  it('offers snippets that parse without an error', () => {
    const plain = (body: unknown): unknown =>
      JSON.parse(JSON.stringify(body).replace(/\$\{\d+:([^}]*)\}/g, '$1'));
    for (const { body } of fileSnippets) {
      assert.deepEqual(parseTopologyFile(JSON.stringify(plain(body))).problems, []);
    }
    const nodes = Object.fromEntries(nodeSnippets.map(({ label, body }) => [label, plain(body)]));
    const { problems } = parseTopologyFile(JSON.stringify({ nodes }));
    assert.deepEqual(
      problems.map(({ code }) => code),
      ['undeclared-publication'],
    );
  });
});
