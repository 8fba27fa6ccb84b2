import assert from 'node:assert/strict';
import { conflictWordsOf } from '../../../../src/core/queue/conflictWords';
import type {
  DrainCounts,
  DrainEnd,
  DrainPreview,
  DrainReport,
  OperationVerdict,
} from '../../../../src/core/queue/drain';
import { drainConfirmation, previewWords } from '../../../../src/core/queue/drainConfirmation';
import { drainReportDocument, previewDocument } from '../../../../src/core/queue/drainDocument';
import { drainSentence, progressWords } from '../../../../src/core/queue/drainWords';

const NONE: DrainCounts = {
  applied: 0,
  skipped: 0,
  kept: 0,
  replaced: 0,
  merged: 0,
  conflicts: 0,
  dead: 0,
  waiting: 0,
};
const address = { topologyId: 'file:///pg-topology.json', nodeId: 'vengeance' };

function verdict(part: Partial<OperationVerdict> = {}): OperationVerdict {
  return {
    operationId: '00000000-0000-4000-8000-000000000001',
    seq: 1n,
    table: { schema: 'public', name: 'jobs' },
    operation: 'UPDATE',
    keyText: 'id = 7',
    verdict: 'apply',
    outcome: 'applied',
    conflict: null,
    message: null,
    sqlstate: null,
    ...part,
  };
}

function preview(part: Partial<DrainPreview> = {}): DrainPreview {
  return {
    address,
    edgeId: 'vengeance',
    primaryId: 'central',
    environment: 'development',
    total: 412,
    verdicts: Array.from({ length: 412 }, () => verdict()),
    counts: { ...NONE, applied: 409, kept: 3 },
    notes: [],
    missing: 0,
    refusals: [],
    ...part,
  };
}

function report(end: DrainEnd, part: Partial<DrainReport> = {}): DrainReport {
  return {
    address,
    primaryId: 'central',
    startedAtMs: 0,
    endedAtMs: 4_000,
    end,
    counts: NONE,
    left: 0,
    resent: 0,
    verdicts: [],
    notes: [],
    ...part,
  };
}

describe('The question before a drain', () => {
  it('counts what a former primary took with it, also when nothing else waits', () => {
    const notes = ['central was promoted.'];
    const some = drainConfirmation(preview({ missing: 50, notes }));
    assert.equal(some.message, 'Drain 462 operations from vengeance to central?');
    const none = { total: 0, missing: 50, verdicts: [], counts: NONE, notes };
    const { message, detail, button } = drainConfirmation(preview(none));
    assert.equal(message, 'Drain 50 operations from vengeance to central?');
    assert.equal(detail, 'central was promoted.\n\nNothing else waits.');
    assert.equal(button, 'Drain 50 Operations');
  });

  it('names both ends, what each policy does, and the number in its button', () => {
    const asked = drainConfirmation(preview());
    assert.equal(asked.message, 'Drain 412 operations from vengeance to central?');
    assert.ok(
      asked.detail.startsWith(
        "409 apply, 3 conflict (primary wins; the edge's version is kept). 0 are skipped.",
      ),
      asked.detail,
    );
    assert.equal(asked.button, 'Drain 412 Operations');
    assert.equal(asked.mustType, null);
  });

  it('has the name of the edge typed in production', () => {
    assert.equal(drainConfirmation(preview({ environment: 'production' })).mustType, 'vengeance');
    assert.equal(drainConfirmation(preview({ environment: 'staging' })).mustType, null);
  });

  it('says how many were only counted', () => {
    const asked = drainConfirmation(preview({ total: 1_000_000 }));
    assert.equal(asked.message, 'Drain 1,000,000 operations from vengeance to central?');
    assert.match(asked.detail, /The first 412 were tried/u);
  });

  it('shows what a name would hide', () => {
    const asked = drainConfirmation(preview({ edgeId: 'ven\u202egeance' }));
    assert.ok(asked.message.includes('ven\\u202egeance'), asked.message);
  });

  it('tells several kinds of conflicts apart', () => {
    assert.equal(
      previewWords({ ...NONE, applied: 1, skipped: 1, kept: 2, conflicts: 1, dead: 1, waiting: 1 }),
      "1 applies, 3 conflict (2: primary wins; the edge's version is kept. 1: left for a person to decide), 1 cannot be applied (dead). 1 is skipped. 1 waits for an earlier operation on the same key.",
    );
  });
});

describe('What became of a drain', () => {
  it('is one sentence when it is done', () => {
    const counts = { ...NONE, applied: 9_996, kept: 3 };
    assert.equal(
      drainSentence(report({ kind: 'drained' }, { counts })),
      'Drained 9,999 operations from vengeance: 9,996 applied, 3 conflicts.',
    );
    assert.equal(
      drainSentence(report({ kind: 'drained' }, { counts: { ...NONE, conflicts: 1, waiting: 2 } })),
      'Drained 1 operation from vengeance: 0 applied, 1 conflict. 1 waits for a decision. 2 wait for an earlier operation on the same key.',
    );
    assert.equal(
      drainSentence(report({ kind: 'drained' })),
      'Nothing was left to drain on vengeance.',
    );
  });

  it('says that nothing is half done when it was stopped', () => {
    const part = { counts: { ...NONE, applied: 3_500 }, left: 6_499 };
    assert.equal(
      drainSentence(report({ kind: 'cancelled' }, part)),
      'Stopped after 3,500. 6,499 still wait; nothing is half done.',
    );
    const failure = {
      reason: 'lost',
      text: 'The connection to central was lost.',
      advice: 'The server log may say why.',
      sqlstate: null,
      serverMessage: null,
      endpoint: null,
      user: null,
    } as const;
    assert.equal(
      drainSentence(report({ kind: 'stopped', failure }, { ...part, left: null })),
      'Stopped after 3,500: The connection to central was lost. The rest still waits; nothing is half done. The server log may say why.',
    );
  });

  it('says who drains since when', () => {
    const sinceMs = new Date(2026, 10, 21, 12, 3).getTime();
    assert.equal(
      drainSentence(report({ kind: 'busy', pid: 4711, sinceMs, who: null })),
      'vengeance is being drained by pid 4711 since 12:03.',
    );
    assert.equal(
      drainSentence(report({ kind: 'busy', pid: 4711, sinceMs: null, who: 'drainer' })),
      'vengeance is being drained by drainer (pid 4711).',
    );
  });

  it('gives the reasons of a refusal', () => {
    assert.equal(
      drainSentence(report({ kind: 'refused', reasons: ['public.jobs has no echo guard.'] })),
      'Nothing was drained from vengeance. public.jobs has no echo guard.',
    );
  });
});

describe('The progress of a drain', () => {
  it('tells rate and estimate as soon as they are known', () => {
    const first = { done: 3_500, total: 9_999, perSecond: null, remainingMs: null, counts: NONE };
    assert.equal(progressWords(first), '3,500 of 9,999');
    assert.equal(
      progressWords({ ...first, perSecond: 1_234.4, remainingMs: 780_000 }),
      '3,500 of 9,999 · 1,234/s · about 13\u00a0min',
    );
    assert.equal(progressWords({ ...first, done: 10_001 }), '10,001 of 10,001');
  });
});

describe('The document of a dry run', () => {
  const verdicts = [
    verdict(),
    verdict({ seq: 2n, verdict: 'skip', outcome: 'same' }),
    verdict({
      seq: 3n,
      table: { schema: 'public', name: 'a|b' },
      keyText: '[x](command:evil)',
      verdict: 'dead',
      outcome: null,
      message: 'null value in column "name"\n| x | <img src=x>',
      sqlstate: '23502',
    }),
    verdict({ seq: 4n, verdict: 'conflict', outcome: 'conflict', conflict: 'changed' }),
  ];
  const text = previewDocument(preview({ total: 4, verdicts }), '2026-11-21');

  it('lists every operation with its verdict and the reason', () => {
    assert.ok(text.includes('| 1 | public.jobs | UPDATE | id = 7 | apply | – |'), text);
    assert.ok(
      text.includes('| 2 | public.jobs | UPDATE | id = 7 | skip | the primary has it already |'),
    );
    assert.ok(text.includes(`| **conflict** | ${conflictWordsOf('changed')} |`));
    assert.ok(text.includes('| public.jobs | 1 | 1 | 1 | 0 | 0 |'));
  });

  it('lets nothing from a server become Markdown', () => {
    const row = text.split('\n').find((line) => line.startsWith('| 3 |')) ?? '';
    assert.equal(row.replaceAll('\\|', '').split('|').length, 8, row);
    assert.ok(!/(?<!\\)\]\(command/u.test(row), row);
    assert.ok(!/(?<!\\)<img/u.test(row), row);
  });

  it('says first why nothing can be drained', () => {
    const refused = previewDocument(preview({ refusals: ['public.jobs has no guard.'] }), 'now');
    assert.match(refused, /## Nothing can be drained\n\n- public\.jobs has no guard\./u);
  });
});

describe('The report of a drain', () => {
  it('counts what became of the operations and lists those that a person should see', () => {
    const text = drainReportDocument(
      report(
        { kind: 'drained' },
        {
          counts: { ...NONE, applied: 2, conflicts: 1 },
          resent: 5,
          verdicts: [verdict({ verdict: 'conflict', outcome: 'conflict', conflict: 'gone' })],
          notes: ['The clocks of both ends are 3 s apart.'],
        },
      ),
    );
    assert.match(text, /\| applied \| 2 \|/u);
    assert.match(text, /5 were sent again/u);
    assert.match(text, /- The clocks of both ends are 3 s apart\./u);
    assert.match(text, /the row is not on the primary any more/u);
  });
});
