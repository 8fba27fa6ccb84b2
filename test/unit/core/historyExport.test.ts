import assert from 'node:assert/strict';
import { exportHistory, importHistory } from '../../../src/core/historyExport';
import { historyOf } from '../../webview/support/histories';
import { trouble } from '../../webview/support/states';

describe('an exported history', () => {
  it('comes back as it was, from JSON', () => {
    const history = historyOf(trouble, '1h');
    const exported = exportHistory(history, 0);
    const read = importHistory(JSON.parse(JSON.stringify(exported)));
    assert.deepEqual(read && exportHistory(read, 0), exported);
    assert.equal(read?.range, '1h');
    for (const [id, { atMs, columns }] of history.series) {
      const back = read.series.get(id);
      assert.deepEqual(back?.atMs, atMs);
      columns.lagMs?.forEach((value, index) => {
        const found = back.columns.lagMs?.[index];
        if (value === null) assert.equal(found, null, 'unknown stays unknown');
        else assert.ok(Math.abs((found ?? Number.NaN) / value - 1) < 1e-6 || value === 0);
      });
    }
  });

  it('has only what is asked for', () => {
    const history = historyOf(trouble);
    const sinceMs = trouble.takenAtMs - 60_000;
    const exported = exportHistory(history, sinceMs);
    assert.ok(exported.series.length > 0);
    for (const { atMs, columns } of exported.series) {
      assert.ok(atMs.every((at) => at >= sinceMs));
      assert.ok(Object.values(columns).every(({ length }) => length === atMs.length));
    }
    assert.deepEqual(exportHistory(history, trouble.takenAtMs + 1).series, []);
  });

  it('is refused when it was not made by us', () => {
    const good = exportHistory(historyOf(trouble), 0);
    const [first] = good.series;
    assert.ok(first !== undefined);
    const wrong = (series: unknown) => ({ ...good, series: [series] });
    for (const value of [
      null,
      [],
      'history',
      { ...good, range: '7d' },
      { ...good, topologyId: 1 },
      { ...good, pauses: [{ fromMs: 'x', toMs: null }] },
      { ...good, series: {} },
      wrong({ ...first, id: 1 }),
      wrong({ ...first, atMs: [...first.atMs].reverse() }),
      wrong({ ...first, atMs: first.atMs.slice(1) }),
      wrong({ ...first, columns: { lagMs: first.atMs.map(() => '1') } }),
      wrong({ ...first, columns: null }),
    ]) {
      assert.equal(importHistory(value), null);
    }
    const more = wrong({
      ...first,
      columns: { ...first.columns, __proto__: [], other: first.atMs },
    });
    const kept = importHistory(more)?.series.get(first.id);
    assert.deepEqual(Object.keys(kept?.columns ?? {}), Object.keys(first.columns));
  });
});
