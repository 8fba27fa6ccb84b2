import type { TopologySnapshot } from '../../../src/core/snapshot';
import { edge, node, NOW_MS, queue, slot, snapshot, subscription, verdict } from './build';
import { BLOCKER } from './faults';

/** Texts that are markup, links, commands, SQL or trouble for a layout to whatever takes them for more than text. */
export const HOSTILE: readonly string[] = [
  '<img src=x onerror=window.__pwned=1>',
  '<script>window.__pwned=1</script>',
  '</title></script><script>window.__pwned=1</script>',
  '<svg onload=window.__pwned=1>',
  '<iframe src=javascript:window.__pwned=1>',
  '<a href=javascript:window.__pwned=1>x</a>',
  '<a href="command:workbench.action.terminal.new">x</a>',
  '<style>*{display:none}</style>',
  '<link rel=stylesheet href=//evil.example/x.css>',
  '<base href=//evil.example/>',
  '<meta http-equiv=refresh content=0;url=//evil.example>',
  '<form action=//evil.example><input autofocus onfocus=window.__pwned=1>',
  '"><img src=x onerror=window.__pwned=1>',
  "'><img src=x onerror=window.__pwned=1>",
  '`><img src=x onerror=window.__pwned=1>',
  '" onmouseover="window.__pwned=1',
  "' onfocus='window.__pwned=1' tabindex='0",
  'javascript:window.__pwned=1',
  'data:text/html,<script>window.__pwned=1</script>',
  '[x](command:workbench.action.terminal.new)',
  '[x](https://evil.example)',
  '![x](https://evil.example/x.png)',
  'https://evil.example/?a=b',
  'file:///etc/passwd',
  '${window.__pwned=1}',
  '{{constructor.constructor("window.__pwned=1")()}}',
  '<!-- lit-part --><!--?lit$1$-->',
  '?lit$123456789$',
  '&lt;img src=x&gt; &amp;amp; &#x3c;',
  '\\u003cscript\\u003e',
  "'; DROP TABLE public.jobs; --",
  '"; DROP TABLE public.jobs; --',
  '$(rm -rf ~) `id` | cat',
  '| a | b |\n| --- | --- |',
  '**bold** _it_ `code` ~~x~~',
  '# head\n\n- list',
  '__proto__',
  'constructor',
  'toString',
  '\u202egnp.exe\u202c',
  '\u2066\u2067\u2069 isolates',
  'zero\u200bwidth\u200djoin\ufeff',
  'e\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301\u0301',
  '\ud83d\udc68\u200d\ud83d\udc69\u200d\ud83d\udc67\u200d\ud83d\udc66'.repeat(5),
  'lone \ud800 surrogate',
  'a'.repeat(63),
  '\u6f22\u5b57'.repeat(30),
  'new\nline\r\nand\ttab',
  'slash/slot/central/x',
  'queue/central',
];

/** Every hostile text as name of a node, edge, slot, table, role, application and query at once, all of them in trouble. */
export const hostileTopology: TopologySnapshot = (() => {
  const names = HOSTILE.map((text, index) => `${text} ${index}`);
  const nodes = names.map((text) => {
    const one = node(text, { role: 'subscriber' });
    const { fast, slow } = one.sample;
    return {
      ...one,
      sample: {
        ...one.sample,
        fast:
          fast === null ? null : { ...fast, database: text, subscriptions: [subscription(text)] },
        slow: slow === null ? null : { ...slow, role: text, serverVersion: text },
        causesAtMs: NOW_MS - 1_000,
        causes: {
          blockers: [
            {
              ...BLOCKER,
              user: text,
              applicationName: text,
              query: text.repeat(8),
              relation: text,
            },
          ],
          replay: null,
          tables: null,
          oldestWalLsn: null,
          log: null,
        },
      },
    };
  });
  return snapshot({
    name: HOSTILE[0] ?? '',
    nodes: [node('central', { role: 'primary' }), ...nodes],
    edges: names.map((text, index) =>
      edge('logical', text, 'central', text, {
        verdict: verdict('blocked', 'warning', 40 + index, { pids: [BLOCKER.pid] }),
        lagMs: null,
        lagBytes: 9_000 + index,
        unknownBecause: text,
        slotName: text,
        evidence: [{ label: text, value: text, source: `${text} on central`, atMs: NOW_MS }],
      }),
    ),
    slots: names.map((text) =>
      slot('central', text, {
        consumer: text,
        isActive: false,
        invalidationReason: text,
        reader: { pid: 1, isSender: true, applicationName: text, clientAddress: text },
        verdict: verdict('orphan', 'warning', 60),
      }),
    ),
    queues: names.slice(0, 10).map((text) => ({
      ...queue(
        text,
        'central',
        { waiting: 3, lastError: text },
        verdict('queueConflicts', 'warning', 60),
      ),
      table: text,
    })),
    problems: names.map((text) => `logical/${text}/${text}`),
    healthyReplicas: 0,
  });
})();
