// Required by mocha before the tests, which then run in the pseudo language: they say nothing of whether the code is
// right, but call all of it with what they have. What it answers is looked at, and what nobody translated is written down.
import { readFileSync, writeFileSync } from 'node:fs';
import Module from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { pseudo } from '../host/hostLanguage.mjs';
import { outside, plainWords, wordsOf } from './plainTexts';
import { givenTexts, resultTexts } from './resultTexts';

/** What a run has seen. */
export interface Recorded {
  /** How many different texts had something translated in them. */
  readonly texts: number;
  readonly plans: number;
  /** `src/core/plan/planDropSlot.ts planDropSlot: words | text` */
  readonly plain: readonly string[];
}

/** Properties are tried with inputs beyond number, which say nothing new here. */
const RUNS = { numRuns: 2, seed: 1 };
/** The first calls of a function have shown its texts; thousands follow in tables of cases. */
const CALLS = 300;

type Loader = (
  request: string,
  parent: { filename?: string } | undefined,
  isMain: boolean,
) => unknown;
type Anything = Readonly<Record<string, unknown>>;

// The hook of CommonJS, which its types do not have.
const modules = Module as unknown as {
  _load: Loader;
  _resolveFilename(request: string, parent: unknown): string;
};
const root = fileURLToPath(new URL('../../', import.meta.url));
const load = modules._load;
const wrapped = new Map<Anything, Anything>();
const seen = new Set<string>();
const plain: string[] = [];
let texts = 0;
let plans = 0;
let callFurther: (result: unknown) => boolean = () => false;

const english = JSON.parse(readFileSync(join(root, 'l10n/bundle.l10n.json'), 'utf8')) as object;
const WORDS = Object.fromEntries(Object.keys(english).map((key) => [key, pseudo(key)]));

modules._load = function (request, parent, isMain) {
  const from = parent?.filename ?? '';
  const isOfTest = from.startsWith(join(root, 'test'));
  if (isOfTest && request.startsWith('node:assert')) return { __esModule: true, default: CONTENT };
  const exported = load.call(this, request, parent, isMain) as Anything;
  if (!from.startsWith(root) || from.includes('node_modules')) return exported;
  if (request === 'fast-check') return withFewRuns(exported);
  if (!request.startsWith('.')) return exported;
  const file = relative(root, modules._resolveFilename(request, parent)).replaceAll('\\', '/');
  if (file === 'src/core/words.ts') return { __esModule: true, WORDS };
  return isOfTest && /^(src|webview)\/.*\.ts$/u.test(file) ? watch(file, exported) : exported;
};

process.on('exit', () => {
  const recorded: Recorded = { texts, plans, plain };
  writeFileSync(process.env['PLAIN_TEXTS'] ?? 'plain-texts.json', JSON.stringify(recorded));
});

/** @param call with each plan that a planner made; says whether it was one */
export function alsoCallWith(call: (result: unknown) => boolean): void {
  callFurther = call;
}

/** The same module, whose functions tell what they answered. */
function watch(file: string, exported: Anything): Anything {
  const known = wrapped.get(exported);
  if (known !== undefined) return known;
  const copy = {};
  for (const [name, value] of Object.entries(exported)) {
    const descriptor = isFunction(value)
      ? { value: watched(`${file} ${name}`, value), enumerable: true }
      : { get: () => exported[name], enumerable: true };
    Object.defineProperty(copy, name, descriptor);
  }
  Object.defineProperty(copy, '__esModule', { value: true });
  wrapped.set(exported, copy);
  return copy;
}

function watched(name: string, call: (...given: unknown[]) => unknown): unknown {
  let calls = 0;
  return function (this: unknown, ...given: unknown[]): unknown {
    const result = call.apply(this, given);
    calls += 1;
    if (calls <= CALLS) {
      record(name, given, result);
      if (/ plan[A-Z]\w*$/u.test(name) && callFurther(result)) plans += 1;
    }
    return result;
  };
}

function record(name: string, given: readonly unknown[], result: unknown): void {
  let data: ReadonlySet<string> | null = null;
  for (const { property, text } of resultTexts(result)) {
    if (seen.has(text)) continue;
    seen.add(text);
    if (text.includes('⟦')) texts += 1;
    const words = plainWords(text);
    if (words.length === 0) continue;
    data ??= new Set(givenTexts(given, result).flatMap((each) => wordsOf(outside(each))));
    const left = words.filter((word) => data?.has(word) === false);
    if (left.length > 0) plain.push(`${name} ${property}: ${left.join(' ')} | ${text}`);
  }
}

function isFunction(value: unknown): value is (...given: unknown[]) => unknown {
  return typeof value === 'function' && !value.toString().startsWith('class');
}

function withFewRuns(exported: Anything): Anything {
  const property = exported['assert'] as (property: unknown, options?: object) => unknown;
  const few = {
    ...exported,
    assert: (tried: unknown, options?: object) => property(tried, { ...options, ...RUNS }),
  };
  return { ...few, default: few, __esModule: true };
}

/** Asserts nothing, since the words are others; what it would have called is called. */
const CONTENT: unknown = new Proxy(() => undefined, {
  get: (_, name) => async (call: unknown) => {
    if (!/throws$|^throws|reject/iu.test(String(name)) || typeof call !== 'function') return;
    try {
      await (call as () => unknown)();
    } catch {
      // As the test expects.
    }
  },
});
