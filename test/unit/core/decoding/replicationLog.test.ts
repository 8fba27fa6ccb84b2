import assert from 'node:assert/strict';
import { logRecords } from '../../../../src/core/decoding/logRecords';
import { replicationLog } from '../../../../src/core/decoding/replicationLog';

const CONTEXT =
  'processing remote data for replication origin "pg_16420" during message type "INSERT" for replication target relation "public.jobs" in transaction 755, finished at 0/154';

const PLAIN = `the end of a line that was cut
2026-11-21 20:30:00.100 UTC [120] LOG:  logical replication apply worker for subscription "jobs ""sub""" has started
2026-11-21 20:30:00.123 UTC [123] ERROR:  conflict detected on relation "public.jobs": conflict=insert_exists
2026-11-21 20:30:00.123 UTC [123] DETAIL:  Key already exists in unique index "jobs_pkey", modified in transaction 748.
	Key (id)=(500); existing local row (500, "in (the), way"); remote row (500, "private words").
2026-11-21 20:30:00.123 UTC [123] CONTEXT:  ${CONTEXT}
2026-11-21 20:30:00.124 UTC [7] LOG:  background worker "logical replication apply worker" (PID 123) exited with exit code 1
2026-11-21 20:30:01.000 UTC [200] app@shop ERROR:  relation "nowhere" does not exist at character 15
2026-11-21 20:30:01.000 UTC [200] app@shop STATEMENT:  CREATE SUBSCRIPTION s CONNECTION 'password=hunter22' PUBLICATION p
`;

describe('the log of a server about replication', () => {
  it('takes plain text apart by its prefix', () => {
    const [started, conflict, exited, other] = logRecords(PLAIN, '%m [%p] %q%u@%d ');
    assert.equal(started?.message.endsWith('has started'), true);
    assert.deepEqual(conflict, {
      at: '2026-11-21 20:30:00.123 UTC',
      pid: 123,
      level: 'ERROR',
      sqlstate: null,
      backendType: null,
      message: 'conflict detected on relation "public.jobs": conflict=insert_exists',
      detail:
        'Key already exists in unique index "jobs_pkey", modified in transaction 748.\nKey (id)=(500); existing local row (500, "in (the), way"); remote row (500, "private words").',
      context: CONTEXT,
    });
    assert.equal(exited?.pid, 7);
    assert.deepEqual([other?.pid, other?.at], [200, '2026-11-21 20:30:01.000 UTC']);
  });

  it('reads time, process and code wherever the prefix has them', () => {
    const read = (prefix: string, line: string): unknown => {
      const [record] = logRecords(line, prefix);
      return [record?.at, record?.pid, record?.sqlstate, record?.message];
    };
    assert.deepEqual(
      read('%t %e <%-6p> (%a) ', '2026-11-21 20:30:00 CET 23505 <123   > (some: app) ERROR:  no'),
      ['2026-11-21 20:30:00 CET', 123, '23505', 'no'],
    );
    assert.deepEqual(read('', 'FATAL:  no'), [null, null, null, 'no']);
    assert.deepEqual(read('%n ', '2026-11-21 20:30:00.5 +01 [12] ERROR:  prefix was changed'), [
      '2026-11-21 20:30:00.5 +01',
      12,
      null,
      'prefix was changed',
    ]);
    assert.deepEqual(read('%p %p ( ', '1 1 ( ERROR:  twice'), [null, 1, null, 'twice']);
  });

  it('takes csvlog apart, from the middle of a record', () => {
    const row = (message: string, detail: string): string =>
      `2026-11-21 20:30:00.123 UTC,,,123,,673f,2,,2026-11-21 20:29:00 UTC,5/3,755,ERROR,23505,"${message}","${detail}",,,,,,,,"","logical replication worker",,0\n`;
    const log = `cut, "in the middle\nof it",x\n${row('duplicate ""key"", with\nlines', 'Key (id)=(5).')}2026-11-21 20:30:01 UTC,"us,er","da ""t",9,"h:1",1,1,"idle",2026-11-21 20:30:01 UTC,,0,LOG,00000,"hello",,,,,,,,,"psql","client backend",,0\n`;
    const records = logRecords(log, '');
    assert.deepEqual(
      records.map(({ pid, level, message }) => [pid, level, message]),
      [
        [123, 'ERROR', 'duplicate "key", with\nlines'],
        [9, 'LOG', 'hello'],
      ],
    );
    const [entry, ...none] = replicationLog(log, '');
    assert.deepEqual(none, []);
    assert.deepEqual(
      [entry?.sqlstate, entry?.text],
      ['23505', 'duplicate "key", with\nlines\nKey (id)=(5).'],
    );
  });

  it('takes jsonlog apart, and leaves out what is cut or being written', () => {
    const log = `rity":"LOG"}\n{"timestamp":"2026-11-21 20:30:00.123 UTC","pid":5,"error_severity":"FATAL","state_code":"08006","message":"could not receive data from WAL stream: \\"x\\"","backend_type":"walreceiver"}\n{"timestamp":"2026`;
    assert.deepEqual(replicationLog(log, ''), [
      {
        at: '2026-11-21 20:30:00.123 UTC',
        pid: 5,
        level: 'FATAL',
        sqlstate: '08006',
        subscription: null,
        text: 'could not receive data from WAL stream: "x"',
      },
    ]);
  });

  it('tells neither rows nor statements nor what others do', () => {
    const entries = replicationLog(PLAIN, '%m [%p] %q%u@%d ');
    const text = JSON.stringify(entries);
    assert.doesNotMatch(text, /private words|the\), way|hunter22|nowhere|has started/u);
    assert.match(text, /Key \(id\)=\(500\); existing local row \(…\)/u);
    assert.equal(entries.length, 2);
    const copy = `2026-11-21 20:30:00.123 UTC [3] ERROR:  invalid input\n2026-11-21 20:30:00.123 UTC [3] CONTEXT:  COPY jobs, line 1, column id: "hush"\n2026-11-21 20:30:00.124 UTC [7] LOG:  background worker "logical replication tablesync worker" (PID 3) exited with exit code 1\n`;
    const [failed] = replicationLog(copy, '%m [%p] ');
    assert.equal(failed?.text, 'invalid input\nCOPY jobs, line 1, column id');
  });

  it('knows a worker by what it said as it started, which is all there is before 15', () => {
    const log = `2026-11-21 20:30:00.000 UTC [9] LOG:  logical replication table synchronization worker for subscription "s", table "t" has started
2026-11-21 20:30:00.001 UTC [9] ERROR:  duplicate key value violates unique constraint "t_pkey"
2026-11-21 20:30:00.002 UTC [10] ERROR:  duplicate key value violates unique constraint "of_an_application"
`;
    assert.deepEqual(
      replicationLog(log, '%m [%p] ').map(({ pid, subscription }) => [pid, subscription]),
      [[9, 's']],
    );
  });

  it('keeps the newest, and no more than are read', () => {
    const line = (n: number): string =>
      `2026-11-21 20:30:00.000 UTC [9] ERROR:  replication slot "s${n}" does not exist\n`;
    const entries = replicationLog(
      Array.from({ length: 50 }, (_, n) => line(n)).join(''),
      '%m [%p] ',
    );
    assert.equal(entries.length, 20);
    assert.match(entries.at(-1)?.text ?? '', /"s49"/);
    assert.ok(
      (replicationLog(line(0).repeat(1).replace('s0', 'x'.repeat(9_000)), '%m [%p] ')[0]?.text
        .length ?? 0) <= 2_000,
    );
  });
});
