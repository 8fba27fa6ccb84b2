import fc from 'fast-check';
import { MAX_IDENTIFIER_BYTES } from '../../../src/core/sql';

/** Met by every command in every run. */
const ALWAYS: readonly string[] = [
  '',
  'nul\0in',
  'quote"in',
  `"; DROP TABLE public.witness; --`,
  `'; DROP TABLE public.witness; --`,
  'rtl\u202eoverride',
  'new\nline',
  'dot.in.it',
  'a'.repeat(MAX_IDENTIFIER_BYTES),
  'b'.repeat(MAX_IDENTIFIER_BYTES + 1),
  'lone\ud800surrogate',
  'pg_reserved',
];

/** Met by turns. */
const BY_TURNS: readonly string[] = [
  ' leading',
  'trailing ',
  ' ',
  '\t',
  '"',
  '""',
  '"""',
  "'",
  "''",
  '\\',
  "\\'",
  'back\\slash',
  '\\"',
  '.',
  'a.b',
  'public.item',
  '"public"."item"',
  'UPPER',
  'MiXeD cAsE',
  'select',
  'user',
  'table',
  'all',
  'none',
  'NONE',
  'null',
  'true',
  'public',
  'current_user',
  'pg_catalog',
  'pg_',
  'pgtopology',
  '$$',
  '$tag$x$tag$',
  '$1',
  ';',
  ';--',
  '--',
  '/*',
  '*/',
  '/* */ DROP TABLE public.witness',
  'x) ; DROP TABLE public.witness; --',
  `x" WITH (connect = false); DROP TABLE public.witness; --`,
  `E'\\x27`,
  'U&"\\0061"',
  '%',
  '%s',
  '%I',
  '%1$s',
  '%n%n%n',
  '{}',
  '{a,b}',
  'a,b',
  '*',
  '?',
  ':name',
  '${x}',
  '`x`',
  '<script>alert(1)</script>',
  '&amp;',
  '[link](command:x)',
  '$(codicon)',
  'ünïcödé',
  'caf\u00e9',
  'cafe\u0301',
  '\u212bngstrom',
  '日本語',
  'ไทย',
  'العربية',
  '😀',
  '👩‍👩‍👧',
  'ﬀ',
  'ı',
  'İ',
  'ß',
  '\u00a0',
  '\u3000wide',
  'zero\u200bwidth',
  'joiner\u200dx',
  '\ufeffbom',
  'soft\u00adhyphen',
  'isolate\u2066x\u2069',
  'line\u2028separator',
  'bell\u0007',
  'escape\u001b[31m',
  'delete\u007f',
  'carriage\rreturn',
  '\uffff',
  '\udc00',
  'é'.repeat(31),
  `x${'é'.repeat(31)}`,
  'é'.repeat(32),
  '😀'.repeat(16),
  '"'.repeat(MAX_IDENTIFIER_BYTES),
  '\\'.repeat(MAX_IDENTIFIER_BYTES),
  'c'.repeat(1_000),
  '0',
  '1st',
  '-1',
  'slot_name',
  'x=y',
  'host=evil',
];

/** How many names a command meets: all in a soak, a sample otherwise. */
const IN_A_SOAK = 500;
const SAMPLE = 14;

/**
 * Names that are to break something, each once. A sample holds some that everybody meets and, by turns, the rest of them;
 * a soak adds what fast-check thinks of.
 * @param turn another sample for each number
 */
export function hostileNames(turn: number): readonly string[] {
  if (process.env['SOAK'] === '1') {
    const known = [...ALWAYS, ...BY_TURNS];
    return [...new Set([...known, ...fc.sample(anyName(), IN_A_SOAK)])].slice(0, IN_A_SOAK);
  }
  const count = SAMPLE - ALWAYS.length;
  return [
    ...ALWAYS,
    ...Array.from(
      { length: count },
      (_, index) => BY_TURNS[(turn * count + index) % BY_TURNS.length] ?? '',
    ),
  ];
}

/** Whether a server can have an object of this name at all. */
export function canExist(name: string): boolean {
  return (
    name !== '' &&
    !/[\0\p{Cs}]/u.test(name) &&
    Buffer.byteLength(name, 'utf8') <= MAX_IDENTIFIER_BYTES
  );
}

function anyName(): fc.Arbitrary<string> {
  const fragment = fc.constantFrom('"', "'", '\\', '.', ';', '--', '$$', '\0', '\u202e', ' ', '%s');
  return fc.oneof(
    fc.string({ unit: 'binary', minLength: 1, maxLength: 70 }),
    fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
    fc.string({ minLength: 1, maxLength: 70 }),
    fc
      .array(fc.oneof(fragment, fc.string({ minLength: 1, maxLength: 8 })), {
        minLength: 1,
        maxLength: 8,
      })
      .map((parts) => parts.join('')),
  );
}
