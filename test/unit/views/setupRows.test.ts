import assert from 'node:assert/strict';
import { setupItemDetails } from '../../../src/core/describe/setupText';
import { itemOf, type SetupItem } from '../../../src/core/setup/setupItem';
import { findSetupItem, type SetupRecord } from '../../../src/core/setup/setupRecord';
import type { Row } from '../../../src/views/row';
import { withSetup } from '../../../src/views/setupRows';
import { topologyRows } from '../../../src/views/topologyRows';
import { answered, Joiner, node, primary, T0, topology } from '../core/join/builders';

const FIX = 'ALTER SYSTEM SET "wal_level" = \'logical\';';
const wal = itemOf('central', 'wal', 'Decodes its WAL', {
  state: 'problem',
  evidence: 'wal_level is replica.',
  source: 'pg_settings on central',
  fix: FIX,
});
const tls = itemOf('central', 'tls', 'Offers TLS', { state: 'ok', evidence: 'ssl is on.' });
const hba = itemOf('central', 'hba/x', 'Lets x in', { state: 'unknown', evidence: 'Hidden.' });
const far = itemOf('edge', 'wal', 'Decodes its WAL', { state: 'ok', evidence: 'Yes.' });
const backups: SetupItem = { ...hba, id: 'backups', nodeId: null, title: 'Backups' };
const all: readonly SetupRecord[] = [
  { nodeId: 'central', items: [tls, hba, wal], takenAtMs: T0 - 120_000 },
  { nodeId: 'edge', items: [far], takenAtMs: T0 - 60_000 },
  { nodeId: null, items: [backups], takenAtMs: T0 - 120_000 },
  { nodeId: 'gone', items: [{ ...wal, nodeId: 'gone' }], takenAtMs: T0 - 900_000 },
];

function branch(records: readonly SetupRecord[], nowMs = T0): Row {
  const file = topology([node('central'), node('edge')]);
  const snapshot = new Joiner(file).join({ central: answered(primary({}), T0) });
  const root = topologyRows(snapshot, T0, { remoteName: null, folderName: null });
  const rows = withSetup(root, snapshot.topology, records, nowMs).children;
  assert.equal(rows.length, root.children.length + 1);
  const last = rows.at(-1);
  assert.ok(last !== undefined);
  return last;
}

function golden(row: Row, depth = 0): string[] {
  const { label, description, icon, contextValue } = row.text;
  const line = `${'  '.repeat(depth)}${icon.codicon} ${label} · ${description} [${contextValue}]`;
  return [line, ...row.children.flatMap((child) => golden(child, depth + 1))];
}

describe('the set-up below a topology', () => {
  it('offers to check what was not checked', () => {
    const row = branch([]);
    assert.deepEqual(golden(row), ['checklist Set-up · not checked yet [setup unknown]']);
    assert.equal(row.fix, 'checkSetup');
    assert.equal(row.subject, null);
    assert.equal(row.tooltip(), null);
  });

  it('shows what was found, what is wrong first, with its age', () => {
    assert.deepEqual(
      golden(branch(all)).map((line) => line.replaceAll('\u00a0', ' ')),
      [
        'error Set-up · 2 of 3 fine · 2 min ago [setup problem checked]',
        '  error central · 1 of 2 fine [setup problem checked]',
        '    error Decodes its WAL · wal_level is replica. [setupItem problem fixable]',
        '    question Lets x in · Hidden. [setupItem unknown]',
        '    check Offers TLS · ssl is on. [setupItem ok]',
        '  checklist edge · 1 of 1 fine · 1 min ago [setup ok checked]',
        '    check Decodes its WAL · Yes. [setupItem ok]',
        '  question Backups · Hidden. [setupItem unknown]',
      ],
    );
    const later = branch(all, T0 + 3_600_000).text.description.replaceAll('\u00a0', ' ');
    assert.match(later, /1 h.* ago$/u, 'it grows old in the open');
  });

  it('says which nodes a check of one left out, and offers to check them', () => {
    const row = branch(all.slice(1, 2));
    assert.equal(
      row.text.description.replaceAll('\u00a0', ' '),
      '1 of 1 fine · 1 of 2 nodes · 1 min ago',
    );
    assert.deepEqual(
      row.children.map(({ text, fix, subject }) => [text.description, fix, subject]),
      [
        ['not checked yet', 'checkSetup', 'central'],
        ['1 of 1 fine', null, 'edge'],
      ],
    );
  });

  it('gives evidence, source, age and fix of an item, and finds it again for its commands', () => {
    const item = branch(all).children[0]?.children[0];
    assert.deepEqual(item?.tooltip(), {
      title: 'Decodes its WAL',
      subtitle: 'problem',
      lines: [],
      facts: [{ text: 'wal_level is replica.', source: 'pg_settings on central, 2\u00a0min ago' }],
      advice: FIX,
    });
    const found = findSetupItem(all, item.subject ?? '');
    assert.equal(found, wal);
    assert.equal(
      setupItemDetails(wal),
      `Decodes its WAL · central · problem\nwal_level is replica. (pg_settings on central)\n${FIX}`,
    );
    assert.equal(findSetupItem(all, 'setup/backups'), backups);
    assert.equal(findSetupItem(all, 'central'), null);
  });

  it('keeps every row apart from every other', () => {
    const ids: string[] = [];
    const visit = (row: Row): void => {
      ids.push(row.id);
      row.children.forEach(visit);
    };
    visit(branch(all));
    assert.equal(new Set(ids).size, ids.length);
  });
});
