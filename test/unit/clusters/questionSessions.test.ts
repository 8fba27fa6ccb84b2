import assert from 'node:assert/strict';
import { concernsSessions, isQuestion } from '../../clusters/questionSessions';

describe('texts that the rig asks in a shared session', () => {
  it('are single queries', () => {
    assert.ok(isQuestion('SELECT FROM pg_stat_wal_receiver'));
    assert.ok(isQuestion('\n  select count(*) FROM public.users WHERE id = $1'));
    assert.ok(isQuestion('SELECT pg_create_physical_replication_slot($1, true)'));
  });

  for (const text of [
    'INSERT INTO public.users VALUES (1)',
    'SHOW wal_level',
    'WITH gone AS (DELETE FROM public.users RETURNING id) SELECT count(*) FROM gone',
    'SELECT 1; SELECT 2',
    `SELECT set_config('search_path', 'other', false)`,
    `SELECT current_setting('work_mem')`,
    'SELECT pg_advisory_lock(1)',
    'SELECT pg_backend_pid()',
    'SELECT count(*) FROM pg_stat_activity',
  ]) {
    it(`are not of this kind: ${text}`, () => assert.equal(isQuestion(text), false));
  }

  it('are asked anew after what their session would not see, or be in the way of', () => {
    assert.ok(concernsSessions('DROP DATABASE other'));
    assert.ok(concernsSessions(`ALTER ROLE postgres SET work_mem = '1MB'`));
    assert.ok(concernsSessions(`ALTER SYSTEM SET work_mem = '1MB'`));
    assert.equal(concernsSessions('DROP TABLE public.users'), false);
  });
});
