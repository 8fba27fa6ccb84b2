import assert from 'node:assert/strict';
import type { OutputChannel } from 'vscode';
import { formatClock } from '../../../src/core/format';
import { redact } from '../../../src/core/redact';
import { SqlChannel } from '../../../src/host/sqlChannel';

const AT_MS = Date.UTC(2026, 0, 2, 3, 4, 5);
const CLOCK = formatClock(AT_MS);

function makeChannel() {
  const lines: string[] = [];
  const fake: Pick<OutputChannel, 'appendLine'> = {
    appendLine: (line) => void lines.push(...line.split('\n')),
  };
  // Only what is written is looked at.
  const audit = new SqlChannel(fake as OutputChannel, redact, () => AT_MS);
  return { lines, audit };
}

describe('SQL channel', () => {
  it('writes who ran what where, and what became of it', () => {
    const { lines, audit } = makeChannel();
    const sql = 'CREATE PUBLICATION "jobs_pub"\n  FOR TABLE "public"."jobs"';
    audit.note('Create publication jobs_pub on central: 1 step.');
    audit.statement({ atMs: AT_MS, nodeId: 'central', user: 'app', sql, outcome: 'done in 12 ms' });
    assert.deepEqual(lines, [
      `-- ${CLOCK} Create publication jobs_pub on central: 1 step.`,
      '',
      `-- ${CLOCK} central as app`,
      'CREATE PUBLICATION "jobs_pub"',
      '  FOR TABLE "public"."jobs";',
      '-- done in 12 ms',
      '',
    ]);
  });

  it('lets no line break out of a comment', () => {
    const { lines, audit } = makeChannel();
    const outcome = 'failed:\nDROP TABLE a;\r\nDROP TABLE b;\rDROP TABLE c;\u2028DROP TABLE d;';
    audit.statement({ atMs: AT_MS, nodeId: 'a\nb', user: 'u', sql: 'SELECT 1', outcome });
    const bare = lines.filter((line) => line !== '' && !line.startsWith('-- '));
    assert.deepEqual(bare, ['SELECT 1;']);
    assert.ok(!lines.join('').includes('\u2028'));
  });

  it('hides passwords, whoever left them in', () => {
    const { lines, audit } = makeChannel();
    const sql = `CREATE SUBSCRIPTION s CONNECTION 'host=db password=c4n4ry-1' PUBLICATION p`;
    const outcome = 'failed: could not connect to postgresql://u:c4n4ry-2@db/x';
    audit.statement({ atMs: AT_MS, nodeId: 'n', user: 'u', sql, outcome });
    audit.note(`ALTER ROLE u PASSWORD 'c4n4ry-3'`);
    assert.doesNotMatch(lines.join('\n'), /c4n4ry/);
  });
});
