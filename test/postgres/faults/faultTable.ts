import assert from 'node:assert/strict';
import type { Diagnosis, DiagnosisCode } from '../../../src/core/diagnosis/diagnosis';
import { FAULTS, type FaultId, type InjectedFault } from './faultList';

interface Row {
  readonly id: FaultId;
  readonly major: number;
  readonly verdict: string;
  readonly said: string;
  readonly code: DiagnosisCode;
}

/** What was injected in this run, and what was said of it; printed once at its end. */
class FaultTable {
  private readonly rows: Row[] = [];

  /** Notes a fault of which verdict and diagnosis are what was injected. @throws when the cause is another, or is not named. */
  told(id: FaultId, major: number, verdict: string, diagnosis: Diagnosis, names: RegExp): void {
    const { code } = diagnosis;
    const expected: InjectedFault = FAULTS[id];
    assert.ok(isExpected(expected, verdict), `${id}: ${verdict}`);
    assert.equal(code, expected.diagnosis, `${id}: ${say(diagnosis)}`);
    assert.match(say(diagnosis), names, `${id} does not name what was injected`);
    assert.ok(/^\p{Lu}|^\S/u.test(diagnosis.title) && diagnosis.title.endsWith('.'), id);
    this.rows.push({ id, major, verdict, said: diagnosis.title, code });
  }

  print(): void {
    if (this.rows.length === 0) return;
    const lines = this.rows.map(({ id, major, verdict, said, code }) => {
      const words = code === verdict ? code : `${verdict}, ${code}`;
      return `      ${id.padEnd(28)}│ ${major} │ ${words.padEnd(34)}│ ${said}`;
    });
    const kinds = new Set(this.rows.map(({ id }) => id)).size;
    console.log(
      [
        '      fault                       │    │ verdict, diagnosis                │ said',
        ...lines,
      ].join('\n'),
    );
    console.log(
      `      ${kinds} faults injected and named, ${this.rows.length} with those of other versions`,
    );
  }
}

export function isExpected(fault: InjectedFault, verdict: string): boolean {
  return verdict === fault.verdict || verdict === fault.or;
}

/** All that a person reads of it. */
export function say({ title, detail, evidence, actions }: Diagnosis): string {
  const rows = evidence.map(({ label, value, source }) => `${label}: ${value} (${source})`);
  const ways = actions.map((action) =>
    action.kind === 'command'
      ? action.command
      : action.kind === 'statement'
        ? action.sql
        : action.line,
  );
  return [title, detail, ...rows, ...ways].join('\n');
}

export const FAULT_TABLE = new FaultTable();

after(() => FAULT_TABLE.print());
