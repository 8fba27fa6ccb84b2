import assert from 'node:assert/strict';
import { subscriptionRowText } from '../../../src/core/describe/childTexts';
import type { StopRecord } from '../../../src/core/stopRecord';
import type { VerdictCode } from '../../../src/core/snapshot';
import { StopRecords } from '../../../src/host/stopRecords';
import { toDashboardState } from '../../../src/protocol/toDashboardState';
import type { Row } from '../../../src/views/row';
import { withStops } from '../../../src/views/stopRows';
import { topologyRows } from '../../../src/views/topologyRows';
import {
  declared,
  edge,
  NOW,
  plain,
  snapshot,
  subscription,
  verdict,
} from '../core/describe/makeSnapshot';

const ID = 'logical/edge/jobs_sub';
const KEY = 'Key (id)=(7) already exists.';
const CLASH = 'duplicate key value violates unique constraint "jobs_pkey"';
const read: StopRecord = {
  edgeId: ID,
  readAtMs: NOW - 120_000,
  error: { message: CLASH, detail: KEY, relation: 'public.jobs', finishLsn: '0/157E708' },
  missing: [],
  waits: ['1 row of public.jobs'],
};
const nothing: StopRecord = { ...read, error: null, waits: [] };
const STOPPED_AT = NOW - 300_000;

function pictureOf(code: VerdictCode, sinceMs: number | null = STOPPED_AT, access?: 'readOnly') {
  return snapshot({
    nodes: [
      declared('central'),
      declared('edge', {
        subscriptions: [subscription('jobs_sub', 'central')],
        ...(access === undefined ? {} : { access }),
      }),
    ],
    edges: [
      edge({
        id: ID,
        kind: 'logical',
        name: 'jobs_sub',
        from: 'central',
        to: 'edge',
        slotName: 'jobs_slot',
        verdict: verdict(code, {}, sinceMs),
      }),
    ],
  });
}

function rowOf(picture: ReturnType<typeof pictureOf>, records: readonly StopRecord[]): Row {
  const root = topologyRows(picture, NOW, { remoteName: null, folderName: null });
  const all = (row: Row): readonly Row[] => [row, ...row.children.flatMap(all)];
  const found = all(withStops(root, picture, records, NOW)).find(
    ({ kind }) => kind === 'subscription',
  );
  assert.ok(found !== undefined);
  return found;
}

const below = (row: Row) =>
  row.children
    .filter(({ kind }) => kind === 'failure')
    .map(({ text, fix }) => [text.label, plain(text.description), fix]);

describe('a subscription that an error stopped', () => {
  for (const code of ['stoppedByError', 'applyErrorLoop'] as const) {
    it(`offers to read why, then names table and key: ${code}`, () => {
      const before = rowOf(pictureOf(code), []);
      assert.deepEqual(below(before), [
        ['Why it stopped was not read yet', 'Resolve Stopped Subscription…', 'resolveSubscription'],
      ]);
      assert.match(before.text.contextValue, /\bstopped\b/u, 'its menu and inline action');
      assert.deepEqual(below(rowOf(pictureOf(code), [read])), [
        [
          CLASH,
          `public.jobs · ${KEY} · at 1 row of public.jobs · read 2 min ago`,
          'resolveSubscription',
        ],
      ]);
    });
  }

  it('tells what its tables lack, and what waits, where the log does not', () => {
    const lacking = { ...nothing, missing: ['public.jobs lacks added'] };
    assert.equal(below(rowOf(pictureOf('stoppedByError'), [lacking]))[0]?.[0], lacking.missing[0]);
    const waiting = { ...nothing, waits: ['2 rows of public.jobs'] };
    assert.equal(
      below(rowOf(pictureOf('stoppedByError'), [waiting]))[0]?.[0],
      'Stopped at 2 rows of public.jobs',
    );
    assert.match(
      String(below(rowOf(pictureOf('stoppedByError'), [nothing]))[0]?.[0]),
      /^Nothing told/u,
    );
  });

  it('says in its tooltip what was read, by whom, and when', () => {
    const tooltip = rowOf(pictureOf('stoppedByError'), [read]).tooltip();
    const told = tooltip?.facts.map(({ text, source }) => [text, plain(source ?? '')]).slice(0, 5);
    assert.deepEqual(told, [
      [`Stopped by: ${CLASH}`, 'server log of edge, 2 min ago'],
      ['Table: public.jobs', 'server log of edge, 2 min ago'],
      [`Key: ${KEY}`, 'server log of edge, 2 min ago'],
      ['Finish LSN: 0/157E708', 'server log of edge, 2 min ago'],
      ['Would apply: 1 row of public.jobs', 'a copy of slot jobs_slot, 2 min ago'],
    ]);
    assert.match(tooltip?.advice ?? '', /Resolve Stopped Subscription…/u);
  });

  it('says nothing of a stop that is over, or of the one before', () => {
    const healthy = rowOf(pictureOf('streaming'), [read]);
    assert.deepEqual(below(healthy), []);
    assert.doesNotMatch(healthy.text.contextValue, /\bstopped\b/u);
    const again = rowOf(pictureOf('stoppedByError', NOW - 30_000), [read]);
    assert.equal(below(again)[0]?.[0], 'Why it stopped was not read yet');
  });

  it('keeps what a log holds on one line, and visible', () => {
    const hostile = {
      ...read,
      error: { message: 'a\u202eb', detail: 'Key (x)=(\nc)', relation: null, finishLsn: null },
    };
    const [[label, description] = []] = below(rowOf(pictureOf('stoppedByError'), [hostile]));
    assert.doesNotMatch(`${label} ${description}`, /[\n\u202e]/u);
  });

  it('has no command where the file forbids changes', () => {
    const picture = pictureOf('stoppedByError', STOPPED_AT, 'readOnly');
    assert.deepEqual(below(rowOf(picture, [])), []);
    assert.equal(below(rowOf(picture, [read]))[0]?.[2], null);
  });

  it('has the same in the details of the dashboard', () => {
    const state = toDashboardState(pictureOf('stoppedByError'), ID, undefined, [read]);
    assert.deepEqual(
      state.details?.facts.slice(0, 3).map(({ label, value }) => [label, value]),
      [
        ['Stopped by', CLASH],
        ['Table', 'public.jobs'],
        ['Key', KEY],
      ],
    );
    const healthy = toDashboardState(pictureOf('streaming'), ID, undefined, [read]);
    assert.ok(healthy.details?.facts.every(({ label }) => label !== 'Stopped by'));
  });

  it('is noted once, the last reading', () => {
    const records = new StopRecords();
    const told: string[] = [];
    records.onDidChange((id) => told.push(id));
    records.note('file:///a', nothing);
    records.note('file:///a', read);
    assert.deepEqual(records.of('file:///a'), [read]);
    records.keep([]);
    assert.deepEqual(records.of('file:///a'), []);
    assert.deepEqual(told, ['file:///a', 'file:///a', 'file:///a']);
  });

  it('is marked in its own text, for menus', () => {
    const { edges } = pictureOf('stoppedByError');
    const [only] = edges;
    assert.ok(only !== undefined);
    assert.match(subscriptionRowText(only, NOW).contextValue, /^subscription error .*stopped$/u);
  });
});
