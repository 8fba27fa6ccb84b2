import assert from 'node:assert/strict';
import * as fc from 'fast-check';
import { diagnoseTopology } from '../../../../src/core/diagnosis/diagnoseTopology';
import { CAUSE_CODES, type Diagnosis } from '../../../../src/core/diagnosis/diagnosis';
import { diagnosisMarkdown } from '../../../../src/core/diagnosis/diagnosisMarkdown';
import { diagnosisOf } from '../../../../src/core/diagnosis/diagnosisOf';
import { wantedCauses } from '../../../../src/core/diagnosis/wantedCauses';
import { healthRank, VERDICT_CODES } from '../../../../src/core/join/severity';
import type { TopologySnapshot } from '../../../../src/core/snapshot';
import { Joiner } from '../join/builders';
import { FILE, world } from '../join/randomSamples';
import { NOW } from '../describe/makeSnapshot';
import { CASES, TOLD_AS } from './cases';

function subjectsOf({ nodes, edges, slots, queues }: TopologySnapshot) {
  return [
    ...nodes.map(({ id, verdict }) => ({ id, verdict })),
    ...edges.map(({ id, verdict }) => ({ id, verdict })),
    ...slots.map(({ nodeId, name, verdict }) => ({ id: `slot/${nodeId}/${name}`, verdict })),
    ...queues.map(({ id, verdict }) => ({ id, verdict })),
  ];
}

function checkWhole(snapshot: TopologySnapshot): readonly Diagnosis[] {
  const all = diagnoseTopology(snapshot);
  for (const { id, verdict } of subjectsOf(snapshot)) {
    const own = all.filter(({ subject }) => subject === id);
    assert.ok(own.length > 0, `${id} is not told`);
    const worst = Math.min(...own.map(({ health }) => healthRank(health)));
    assert.ok(worst <= healthRank(verdict.health), `${id} is told better than ${verdict.code}`);
    assert.ok(healthRank(diagnosisOf(snapshot, id).health) <= worst, id);
  }
  for (const found of all) {
    assert.match(found.title, /^\P{Ll}.*\.$|^\S.*\.$/u);
    assert.ok(
      !/undefined|(?<!not-)\bnull\b(?! value)|NaN|\.\.|\s\./u.test(
        `${found.title} ${found.detail}`,
      ),
      found.title,
    );
    assert.equal(found.anchor, `#${found.code.toLowerCase()}`);
  }
  return all;
}

describe('a diagnosis', () => {
  for (const { code, what, snapshot, subject, health, title } of CASES) {
    it(`${code} of ${what}: ${title.source.slice(0, 60)}`, () => {
      const found = checkWhole(snapshot).find(
        (diagnosis) => diagnosis.subject === subject && diagnosis.code === code,
      );
      const told = diagnosisOf(snapshot, subject);
      assert.ok(found, `is ${told.code}: ${told.title}`);
      assert.match(found.title, title);
      assert.equal(found.health, health);
      if (health === 'error' || health === 'warning') {
        assert.ok(found.actions.length > 0, 'there is something to do');
        assert.equal(told.code, code, `the worst is told first, not ${told.title}`);
      }
    });
  }

  it('is tried for every code that there is', () => {
    const tried = new Set<string>(CASES.map(({ code }) => code));
    const open = [...VERDICT_CODES, ...CAUSE_CODES].filter(
      (code) => !tried.has(code) && !tried.has(TOLD_AS[code] ?? ''),
    );
    assert.deepEqual(open, []);
  });

  it('of what is not there is unknown', () => {
    const [first] = CASES;
    assert.ok(first);
    for (const subject of ['', 'nobody', 'slot/central/none', 'queue/none', 'constructor']) {
      const found = diagnosisOf(first.snapshot, subject);
      assert.deepEqual([found.code, found.health, found.subject], ['unknown', 'unknown', subject]);
    }
  });
});

describe('diagnoses of random answers', () => {
  it('tell everything, nothing better than its verdict, and only healthy things where all is healthy', () => {
    const property = fc.property(fc.array(world, { minLength: 1, maxLength: 3 }), (worlds) => {
      const joiner = new Joiner(FILE);
      for (const samples of worlds) {
        const snapshot = joiner.join(samples);
        const all = checkWhole(snapshot);
        const sorted = all.map(({ health }) => healthRank(health));
        assert.deepEqual(
          sorted,
          sorted.toSorted((a, b) => a - b),
          'worst first',
        );
        if (snapshot.summary.health !== 'healthy') continue;
        assert.deepEqual(
          all.filter(({ health }) => health !== 'healthy'),
          [],
        );
        assert.equal(wantedCauses(snapshot).size, 0);
      }
    });
    fc.assert(property, { numRuns: 100 });
  }).timeout(20_000);
});

describe('a diagnosis as Markdown', () => {
  const HOSTILE = [
    '[x](command:workbench.action.quit)',
    '<img src=x onerror=alert(1)>',
    '![x](http://evil.example/a.png)',
    'www.evil.example http://evil.example a@evil.example',
    '`code` **bold** $(error) | cell\n# head\n    indented\n~~~\n```',
  ];

  it('makes no link, image, HTML or icon of what a server said', () => {
    for (const hostile of HOSTILE) {
      for (const { snapshot, subject } of CASES) {
        const text = JSON.stringify(snapshot, bigints).replaceAll(
          /metrics_sub|public\.jobs|LOCK TABLE|app_pub|idle in transaction/gu,
          (name) => JSON.stringify(`${name}${hostile}`).slice(1, -1),
        );
        const changed = JSON.parse(text, revive) as TopologySnapshot;
        for (const found of diagnoseTopology(changed)) {
          checkMarkdown(diagnosisMarkdown(found, NOW), subject);
        }
      }
    }
  }).timeout(20_000);

  it('says title, since, what to do and why', () => {
    const blocked = CASES.find(({ code }) => code === 'blocked');
    assert.ok(blocked);
    const text = diagnosisMarkdown(diagnosisOf(blocked.snapshot, blocked.subject), NOW);
    assert.match(text, /^\*\*The apply worker of metrics/u);
    assert.match(text, /For 1\u00a0min\./u);
    assert.match(text, /\n {4}SELECT pg_terminate_backend\(8114\);\n/u);
    assert.match(text, /8114/u);
  });
});

/** Every character that means something is escaped, and code is one indented line below an empty one. */
function checkMarkdown(text: string, subject: string): void {
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    if (line.startsWith('    ')) {
      assert.match(lines[index - 1] ?? '', /^$|^ {4}/u, `${subject}: code after text`);
      continue;
    }
    const own = line.replace(/^- /u, '').replace(/^\*\*(.*)(?<!\\)\*\*/u, '$1');
    assert.ok(
      !/(?<!\\)[<>[\]`|@*~]|:\/\/|(?:^|[\s*_~(])www\.|\$\(/u.test(own),
      `${subject}: ${line}`,
    );
  }
}

function bigints(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `big:${value}` : value;
}

function revive(_key: string, value: unknown): unknown {
  return typeof value === 'string' && /^big:\d+$/u.test(value) ? BigInt(value.slice(4)) : value;
}
