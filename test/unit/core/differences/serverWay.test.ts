import assert from 'node:assert/strict';
import {
  DIFFERENCE_CODES,
  type Difference,
  type DifferenceCode,
} from '../../../../src/core/differences/difference';
import { makeDifference, NODE } from '../../../../src/core/differences/makeDifference';
import { serverWay } from '../../../../src/core/differences/serverWay';
import { holderName } from '../../../../src/core/plan/resyncHolder';

function differs(
  code: DifferenceCode,
  rest: Partial<Parameters<typeof makeDifference>[0]> = {},
): Difference {
  return makeDifference({
    code,
    nodeId: 'edge',
    subject: NODE,
    path: ['nodes', 'edge'],
    message: 'It differs.',
    ...rest,
  });
}

const SUBJECTS: readonly Difference['subject'][] = [
  NODE,
  { kind: 'publication', name: 'jobs_pub' },
  { kind: 'publication', name: holderName('jobs_pub') },
  { kind: 'table', name: 'jobs_pub', table: { schema: 'public', name: 'jobs' } },
  { kind: 'subscription', name: 'jobs_sub' },
  { kind: 'slot', name: 'jobs_sub' },
  { kind: 'queue', name: 'pgtopology.pending_sync' },
];

describe('How a server becomes what the file says', () => {
  for (const code of DIFFERENCE_CODES) {
    it(`${code}: by a command, or by hand in sentences that say why no command does it`, () => {
      for (const subject of SUBJECTS) {
        for (const byPlan of [true, false]) {
          for (const live of ['primary', 'standby', null]) {
            const { steps, advice } = serverWay(differs(code, { subject, byPlan, live }));
            assert.ok(steps.length > 0 || advice !== null);
            for (const { title } of steps) assert.match(title, /…/u);
            if (advice === null) continue;
            assert.match(advice, /^[A-Z].*\.$/u);
            if (steps.length === 0)
              assert.match(advice, /No (?:command|statement)|nothing to change/u);
          }
        }
      }
    });
  }

  const titled = (difference: Difference) =>
    serverWay(difference).steps.map(({ command, subject }) => `${command} ${subject}`);

  it('what only Postgres’ own tools do is said with their names', () => {
    const demote = serverWay(differs('role', { declared: 'standby of central', live: 'primary' }));
    assert.deepEqual(demote.steps, []);
    assert.match(demote.advice ?? '', /pg_rewind.*pg_basebackup.*standby of central/u);
    assert.deepEqual(titled(differs('role', { live: 'standby of central' })), [
      'promoteStandby edge',
    ]);
    assert.match(serverWay(differs('upstream')).advice ?? '', /primary_conninfo/u);
  });

  it('what the file does not mention goes by the command that drops that very object', () => {
    const pub = { subject: { kind: 'publication', name: 'by_hand' } } as const;
    assert.deepEqual(titled(differs('extraPublication', pub)), [
      'dropPublication publication/edge/by_hand',
    ]);
    const sub = { subject: { kind: 'subscription', name: 'old_sub' } } as const;
    assert.deepEqual(titled(differs('extraSubscription', sub)), [
      'dropSubscription logical/edge/old_sub',
    ]);
    const slot = { subject: { kind: 'slot', name: 'left_over' } } as const;
    assert.deepEqual(titled(differs('extraSlot', slot)), ['dropSlot slot/edge/left_over']);
    const table = {
      subject: { kind: 'table', name: 'jobs_pub', table: { schema: 'public', name: 'jobs' } },
    } as const;
    assert.deepEqual(titled(differs('extraTable', table)), [
      'alterPublication publication/edge/jobs_pub',
    ]);
  });

  it('a lost slot is made with its subscription, never alone; a consumer’s by its reader', () => {
    const slot = { subject: { kind: 'slot', name: 'jobs_slot' } } as const;
    const path = ['nodes', 'edge', 'subscriptions', 'jobs_sub', 'slotName'];
    const lost = serverWay(differs('missingSlot', { ...slot, path }));
    assert.deepEqual(
      lost.steps.map(({ subject }) => subject),
      ['logical/edge/jobs_sub'],
    );
    assert.match(lost.advice ?? '', /jobs_sub on edge anew, with a slot and a copy/u);
    const reader = serverWay(differs('missingSlot', { ...slot, path: ['consumers', 'electric'] }));
    assert.deepEqual(reader.steps, []);
  });

  it('names of servers are shown with what is invisible in them written out', () => {
    const subject = { kind: 'subscription', name: 'a\u202Eb' } as const;
    const { advice } = serverWay(differs('slotName', { subject }));
    assert.doesNotMatch(advice ?? '', /\u202E/u);
  });
});
