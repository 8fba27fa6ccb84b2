import assert from 'node:assert/strict';
import { formatBytes, formatDuration } from '../../../src/core/format';
import type { Row } from '../../../src/views/row';
import { changedRows } from '../../../src/views/rowDiff';
import { SteadyRows } from '../../../src/views/steadyRows';

function row(id: string, description: string, change: Partial<Row> = {}): Row {
  return {
    kind: 'node',
    id,
    topologyId: 't',
    subject: id,
    text: {
      label: id,
      description,
      icon: { codicon: 'server', themeColor: null },
      contextValue: 'node standby healthy',
      accessibleLabel: id,
    },
    children: [],
    isExpanded: false,
    fix: null,
    tooltip: () => null,
    ...change,
  };
}

const lag = (ms: number) => `standby · streaming · ${formatDuration(ms)}`;

describe('SteadyRows', () => {
  const shown = (steady: SteadyRows, next: Row, nowMs: number) =>
    steady.settle([next], nowMs)[0]?.text.description;

  it('keeps a lag until it differs by more than a quarter', () => {
    const steady = new SteadyRows();
    shown(steady, row('a', lag(12)), 0);
    assert.equal(shown(steady, row('a', lag(15)), 60_000), lag(12));
    assert.equal(shown(steady, row('a', lag(16)), 61_000), lag(16));
  });

  it('changes a row at most once in ten seconds while its state holds', () => {
    const steady = new SteadyRows();
    shown(steady, row('a', lag(12)), 0);
    assert.equal(shown(steady, row('a', lag(900)), 9_999), lag(12));
    assert.equal(shown(steady, row('a', lag(900)), 10_000), lag(900));
  });

  it('shows another state at once', () => {
    const steady = new SteadyRows();
    shown(steady, row('a', lag(12)), 0);
    const lagging = `standby · lagging · ${formatDuration(13)}`;
    assert.equal(shown(steady, row('a', lagging), 100), lagging);
    const error = row('a', lagging);
    const worse = { ...error, text: { ...error.text, contextValue: 'node standby error' } };
    assert.equal(steady.settle([worse], 200)[0]?.text.contextValue, 'node standby error');
  });

  it('does not let a count stand that is no longer true', () => {
    const steady = new SteadyRows();
    shown(steady, row('a', 'primary · 20 replicas'), 0);
    assert.equal(shown(steady, row('a', 'primary · 21 replicas'), 10_000), 'primary · 21 replicas');
  });

  it('compares across units', () => {
    const steady = new SteadyRows();
    const kB = `catching up · ${formatBytes(1000 * 1024)}`;
    const MB = `catching up · ${formatBytes(1024 * 1024)}`;
    shown(steady, row('a', kB), 0);
    assert.equal(shown(steady, row('a', MB), 20_000), kB);
  });

  it('settles rows at every depth', () => {
    const steady = new SteadyRows();
    const tree = (ms: number) => row('a', '', { children: [row('b', lag(ms))] });
    steady.settle([tree(12)], 0);
    assert.equal(steady.settle([tree(13)], 60_000)[0]?.children[0]?.text.description, lag(12));
  });
});

describe('changedRows', () => {
  const tree = (b: string, c: string) => [row('a', 'x', { children: [row('b', b), row('c', c)] })];

  it('finds the smallest rows that changed', () => {
    assert.deepEqual(changedRows(tree('1', '1'), tree('1', '2')), ['c']);
    assert.deepEqual(changedRows(tree('1', '1'), tree('1', '1')), []);
    const grown = [row('a', 'x', { children: [row('b', '1'), row('c', '1'), row('d', '1')] })];
    assert.deepEqual(changedRows(tree('1', '1'), grown), ['a']);
    assert.equal(changedRows(tree('1', '1'), [...grown, row('z', '')]), null);
  });

  it('sees icon, flags and fix as well as text', () => {
    const change = (text: Partial<Row['text']>) => {
      const base = row('a', 'x');
      return changedRows([base], [{ ...base, text: { ...base.text, ...text } }]);
    };
    assert.deepEqual(change({ icon: { codicon: 'error', themeColor: null } }), ['a']);
    assert.deepEqual(change({ contextValue: 'node standby error' }), ['a']);
    assert.deepEqual(changedRows([row('a', 'x')], [row('a', 'x', { fix: 'connect' })]), ['a']);
  });
});
