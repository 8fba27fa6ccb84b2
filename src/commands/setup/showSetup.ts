import { formatClock, formatDay } from '../../core/format';
import { say } from '../../core/say';
import { setupReport } from '../../core/setup/setupReport';
import type { SetupRecord } from '../../core/setup/setupRecord';
import type { CommandDeps } from '../commandDeps';

/** Shows records of a set-up as a document; they were redacted when they were noted. */
export async function showSetup(
  { documents }: Pick<CommandDeps, 'documents'>,
  name: string,
  records: readonly SetupRecord[],
): Promise<void> {
  const items = records.flatMap((record) => record.items);
  await documents.show(
    say`Set-up of ${name}`,
    setupReport(name, items, whenTaken(records)),
    'markdown',
  );
}

function whenTaken(records: readonly SetupRecord[]): string {
  const times = records.map(({ takenAtMs }) => takenAtMs).toSorted((a, b) => a - b);
  const texts = [times[0] ?? 0, times.at(-1) ?? 0].map(
    (ms) => `${formatDay(ms)} ${formatClock(ms)}`,
  );
  return [...new Set(texts)].join(say` to `);
}
