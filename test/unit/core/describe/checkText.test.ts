import assert from 'node:assert/strict';
import type { CheckResult } from '../../../../src/core/checks/checkResult';
import { checkSummary } from '../../../../src/core/describe/checkSummary';
import {
  checkHealth,
  checkRowText,
  checkTooltip,
  checkWords,
} from '../../../../src/core/describe/checkText';
import type { EdgeChecks } from '../../../../src/core/ports/checks';
import { edge, failure, NOW, plain, SECOND, verdict } from './makeSnapshot';

const METRICS = edge({
  id: 'logical/genesis/metrics_sub',
  kind: 'logical',
  name: 'metrics_sub',
  from: 'central',
  to: 'genesis',
});

function result(change: Partial<CheckResult> = {}): CheckResult {
  return {
    edgeId: METRICS.id,
    kind: 'row',
    outcome: 'arrived',
    arrivedMs: 9,
    startedAtMs: NOW - 26 * SECOND,
    endedAtMs: NOW - 25 * SECOND,
    limitMs: 10_000,
    verdict: null,
    failure: null,
    ...change,
  };
}

const STOPPED = result({
  outcome: 'notArrived',
  arrivedMs: null,
  verdict: verdict('stoppedByError'),
});
const REFUSED = result({
  outcome: 'notPossible',
  arrivedMs: null,
  failure: failure({ text: 'genesis did not answer.', advice: 'Try again.' }),
});

function checks(results: readonly CheckResult[], isRunning = false): EdgeChecks {
  return { edgeId: METRICS.id, results, isRunning };
}

describe('words of a check', () => {
  const words = (change: Partial<CheckResult>) => plain(checkWords(result(change)));

  it('keep an arrived row and a passed position apart', () => {
    assert.equal(words({}), 'row arrived in 9 ms');
    assert.equal(words({ kind: 'marker', arrivedMs: 0.4 }), 'position passed in < 1 ms');
  });

  it('tell the budget where it was not kept', () => {
    const late = { arrivedMs: 1_400, budgetMs: 1_000 };
    assert.equal(words(late), 'row arrived in 1.4 s, budget 1 s');
    assert.equal(words({ ...late, kind: 'marker' }), 'position passed in 1.4 s, budget 1 s');
    assert.equal(
      words({ arrivedMs: 1_010, budgetMs: 1_000 }),
      'row arrived in more than 1 s, budget 1 s',
    );
    assert.equal(words({ arrivedMs: 900, budgetMs: 1_000 }), 'row arrived in 900 ms');
    assert.equal(checkHealth(result(late)), 'warning');
  });

  it('give no number for what did not arrive, but why', () => {
    assert.equal(plain(checkWords(STOPPED)), 'not within 10 s: stopped by an error');
    for (const known of [verdict('streaming'), null]) {
      const text = words({ outcome: 'notArrived', arrivedMs: null, verdict: known });
      assert.equal(text, 'not within 10 s: cause not known');
    }
  });

  it('never call healthy what did not arrive, whatever the verdict says', () => {
    const healthOf = (change: Partial<CheckResult>) => checkHealth(result(change));
    assert.equal(healthOf({}), 'healthy');
    assert.equal(checkHealth(STOPPED), 'error');
    assert.equal(healthOf({ outcome: 'notArrived', verdict: verdict('idle') }), 'warning');
    assert.equal(healthOf({ outcome: 'notArrived', verdict: null }), 'warning');
    assert.equal(checkHealth(REFUSED), 'unknown');
  });
});

describe('row of a check', () => {
  const draw = (known: EdgeChecks | undefined, isContinuous = false, nowMs = NOW) => {
    const text = checkRowText(METRICS, known, isContinuous, nowMs);
    return text === null
      ? null
      : [text.label, plain(text.description), text.icon.codicon, text.contextValue].join(' | ');
  };

  it('is absent until the edge was checked', () => {
    assert.equal(draw(undefined), null);
    assert.equal(draw(checks([])), null);
    assert.equal(draw(checks([], true)), 'Check | under way | pulse | group busy');
  });

  it('tells the last result and its age', () => {
    const row = 'Sentinel | row arrived in 9 ms · 25 s ago | pulse | group healthy';
    assert.equal(draw(checks([STOPPED, result()])), row);
    assert.equal(draw(checks([result()], true)), row, 'a running check does not hide the last');
    assert.equal(
      draw(checks([result({ kind: 'marker' })])),
      'WAL marker | position passed in 9 ms · 25 s ago | pulse | group healthy',
    );
    assert.equal(
      draw(checks([result(), STOPPED])),
      'Sentinel | not within 10 s: stopped by an error · 25 s ago | error | group error',
    );
    assert.equal(
      draw(checks([REFUSED])),
      'Sentinel | could not be checked · 25 s ago | question | group unknown',
    );
  });

  it('passes over a check that the user stopped', () => {
    const stopped = result({ outcome: 'cancelled', arrivedMs: null });
    assert.match(draw(checks([result(), stopped])) ?? '', /row arrived/);
    assert.equal(draw(checks([stopped])), null);
  });

  it('has no age that jumps back with each round, until rounds fail to come', () => {
    const known = checks([result()]);
    assert.match(draw(known, true) ?? '', /row arrived in 9 ms · checked continuously/);
    assert.match(draw(known, true, NOW + 10 * SECOND) ?? '', /· 35 s ago/);
  });

  it('says in its tooltip what a position does not prove', () => {
    const tooltip = checkTooltip(METRICS, checks([STOPPED, result({ kind: 'marker' })]), NOW);
    assert.match(tooltip?.advice ?? '', /not that rows of a publication arrive/);
    assert.ok(tooltip?.lines.includes('1 of the last 2 checks arrived.'));
    assert.equal(tooltip?.facts[0]?.text, 'WAL marker on central');
    assert.match(checkTooltip(METRICS, checks([REFUSED]), NOW)?.advice ?? '', /Try again/);
  });
});

describe('summary of a run', () => {
  const READ = edge({ id: 'streaming/central-read', kind: 'streaming', name: 'central-read' });
  const read = (change: Partial<CheckResult> = {}) => result({ edgeId: READ.id, ...change });
  const text = (...results: readonly CheckResult[]) =>
    plain(checkSummary(results, [METRICS, READ]).text);

  it('says how many arrived and the slowest of them', () => {
    assert.equal(text(result(), read({ arrivedMs: 12 })), '2 of 2 arrived, worst 12 ms.');
    assert.equal(checkSummary([result(), read({ arrivedMs: 12 })], []).edgeId, READ.id);
  });

  it('names what arrived late as failed, and shows it first', () => {
    const late = result({ arrivedMs: 1_400, budgetMs: 1_000 });
    assert.equal(
      text(read(), late),
      '2 of 2 arrived, worst 1.4 s. metrics_sub on genesis row arrived in 1.4 s, budget 1 s.',
    );
    const summary = checkSummary([read({ arrivedMs: 2_000 }), late], [METRICS, READ]);
    assert.deepEqual([summary.isGood, summary.edgeId], [false, METRICS.id]);
  });

  it('does not count positions among rows', () => {
    assert.equal(
      text(result(), read({ kind: 'marker', arrivedMs: 3 })),
      '2 of 2 arrived (1 row, 1 position), worst 9 ms.',
    );
    assert.equal(text(read({ kind: 'marker' })), '1 of 1 arrived by position alone, worst 9 ms.');
  });

  it('names what did not arrive, and why', () => {
    assert.equal(
      text(read({ arrivedMs: 12 }), STOPPED),
      '1 of 2 arrived, worst 12 ms. metrics_sub on genesis not within 10 s: stopped by an error.',
    );
    assert.equal(text(REFUSED), '0 of 1 arrived. metrics_sub on genesis: genesis did not answer.');
    const summary = checkSummary([read(), STOPPED], [METRICS, READ]);
    assert.deepEqual([summary.isGood, summary.edgeId], [false, METRICS.id]);
  });

  it('tells the first three, and how many more', () => {
    const many = Array.from({ length: 5 }, () => STOPPED);
    assert.match(
      text(...many),
      /^0 of 5 arrived\. (metrics_sub[^.]*\. ){3}2 more did not arrive\.$/,
    );
  });

  it('leaves out what the user stopped', () => {
    const stopped = result({ outcome: 'cancelled', arrivedMs: null });
    assert.equal(text(read(), stopped), '1 of 1 arrived, worst 9 ms, 1 check stopped.');
    assert.equal(text(stopped), '1 check stopped.');
  });
});
