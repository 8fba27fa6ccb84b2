import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { CAUSE_CODES } from '../../../../src/core/diagnosis/diagnosis';
import { VERDICT_CODES } from '../../../../src/core/join/severity';
import { FAULTS, type InjectedFault } from '../../../postgres/faults/faultList';

describe('the page of faults', () => {
  const page = readFileSync(new URL('../../../../docs/faults.md', import.meta.url), 'utf8');
  const rows = page
    .split('\n')
    .filter((line) => line.startsWith('| ') && !line.startsWith('| what') && !line.includes('---'))
    .map((line) => line.slice(2, -2).split(' | '))
    .map((cells) => cells.map((cell) => cell.trim()));

  it('has a row for every fault that is injected, as it is expected', () => {
    const faults: readonly InjectedFault[] = Object.values(FAULTS);
    assert.ok(faults.length >= 30);
    assert.deepEqual(
      rows.map(([injected, versions, verdict, diagnosis]) => [
        injected,
        versions,
        verdict,
        diagnosis,
      ]),
      faults.map(({ injected, verdict, or, diagnosis, from, to }) => [
        injected,
        from === undefined ? (to === undefined ? 'all' : `up to ${to}`) : `${from} and newer`,
        or === undefined ? verdict : `${verdict} or ${or}`,
        diagnosis,
      ]),
    );
  });

  it('shows what is said of each', () => {
    for (const [injected, , , , said] of rows) assert.match(said ?? '', /.{10}\.$/u, injected);
  });

  it('tries all of the causes that are told apart', () => {
    const tried = new Set<string>(Object.values(FAULTS).map(({ diagnosis }) => diagnosis));
    const left = CAUSE_CODES.filter((code) => !tried.has(code));
    assert.deepEqual(left, []);
    assert.ok(VERDICT_CODES.some((code) => tried.has(code)));
  });
});
