import type { ChartKind } from './axes';
import type { ChartModel } from './chartModel';
import { gridTimeMs, valueAt } from './grid';

const UNITS: Readonly<Record<ChartKind, string>> = {
  lag: 'ms',
  bytes: 'bytes',
  depth: 'operations',
  wal: 'bytes/s',
  latency: 'ms',
  dayDepth: 'operations',
  dayLatency: 'ms',
};

/** All charts as comma-separated values: a row for each line and time that is known; what is unknown has none. */
export function chartsAsCsv(models: readonly ChartModel[]): string {
  const rows = models.flatMap((model) =>
    model.lines.flatMap((line) =>
      line.values.flatMap((value, at) => {
        const known = value === undefined ? null : valueAt(line.values, at);
        const limit = line.late.get(at);
        if (known === null && limit === undefined) return [];
        const time = new Date(gridTimeMs(model.grid, at)).toISOString();
        const text = limit === undefined ? String(short(known ?? 0)) : `over ${limit}`;
        return [[time, cell(model.title), UNITS[model.kind], cell(line.name), text].join(',')];
      }),
    ),
  );
  return ['time,measure,unit,series,value', ...rows].join('\n') + '\n';
}

/** No more figures than are kept. */
function short(value: number): number {
  return Number(value.toPrecision(7));
}

function cell(text: string): string {
  // A spreadsheet would take such a name for a formula.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
