import fc from 'fast-check';

/** A topology file as people leave it: the text, and each comment in it, in their order. No two are alike. */
export interface MessyFile {
  readonly text: string;
  readonly comments: readonly string[];
}

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

const nodeName = fc.constantFrom('central', 'standby', 'edge', 'a.b', 'ünï', 'x y');
const host = fc.constantFrom('db1', 'db2', 'localhost', '10.0.0.7', '::1');
const port = fc.constantFrom('5432', '5433', '5434', '15432');

const node = fc
  .record({
    host,
    port,
    upstream: fc.option(nodeName, { nil: null }),
    slot: fc.option(fc.constantFrom('s1', 's2'), { nil: null }),
    publication: fc.option(fc.constantFrom('app_pub', 'all pub'), { nil: null }),
    subscription: fc.option(fc.constantFrom('app_sub', 'other_sub'), { nil: null }),
    isEmpty: fc.boolean(),
  })
  .map((choice) => ({ ...choice, connection: { host: choice.host, port: Number(choice.port) } }));

/** Files that are valid but for their looks: comments everywhere, trailing commas, CRLF, tabs, one line or many. */
export const messyFile: fc.Arbitrary<MessyFile> = fc
  .record({
    nodes: fc.dictionary(nodeName, node, { maxKeys: 4 }),
    hasConsumers: fc.boolean(),
    dice: fc.array(fc.nat(999), { minLength: 40, maxLength: 120 }),
    indent: fc.constantFrom('  ', '    ', '\t', ' ', ''),
    eol: fc.constantFrom('\n', '\r\n'),
    hasMark: fc.boolean(),
    lines: fc.constantFrom(0, 60, 100),
  })
  .map((parts) => new Printer(parts).print(fileOf(parts.nodes, parts.hasConsumers)));

type Node = typeof node extends fc.Arbitrary<infer T> ? T : never;

function fileOf(nodes: Readonly<Record<string, Node>>, hasConsumers: boolean): Json {
  const names = Object.keys(nodes);
  const entries = Object.entries(nodes).map(([name, choice], index): [string, Json] => {
    // Only of an earlier one, so that no chain ends where it began.
    const upstream = choice.upstream !== null && names.indexOf(choice.upstream) < index;
    const earlier = names.slice(0, index)[0];
    return [
      name,
      {
        connection: choice.connection,
        ...(upstream && choice.upstream !== null && names.includes(choice.upstream)
          ? {
              standbyOf: choice.upstream,
              ...(choice.slot === null ? {} : { slot: `${choice.slot}_${index}` }),
            }
          : {
              ...(choice.isEmpty ? { publications: {}, subscriptions: {} } : {}),
              ...(choice.publication === null
                ? {}
                : { publications: { [choice.publication]: { allTables: true } } }),
              ...(choice.subscription === null || earlier === undefined
                ? {}
                : {
                    subscriptions: {
                      [choice.subscription]: {
                        publisher: earlier,
                        publications: ['app_pub'],
                        slotName: `sub_${index}`,
                      },
                    },
                  }),
            }),
      },
    ];
  });
  return {
    name: 'Messy',
    nodes: Object.fromEntries(entries),
    ...(hasConsumers ? { consumers: {} } : {}),
  };
}

interface Looks {
  readonly dice: readonly number[];
  readonly indent: string;
  readonly eol: string;
  readonly hasMark: boolean;
  /** How often of a hundred a line ends where it may. */
  readonly lines: number;
}

class Printer {
  private thrown = 0;
  private readonly comments: string[] = [];

  constructor(private readonly looks: Looks) {}

  print(value: Json): MessyFile {
    const text =
      (this.looks.hasMark ? '\ufeff' : '') +
      this.space(0) +
      this.value(value, 0) +
      this.space(0) +
      (this.dice() < 500 ? this.looks.eol : '');
    const inOrder = this.comments.toSorted((a, b) => text.indexOf(a) - text.indexOf(b));
    return { text, comments: inOrder };
  }

  private value(value: Json, depth: number): string {
    if (typeof value !== 'object' || value === null) return JSON.stringify(value);
    const isList = isArray(value);
    const inner = isList
      ? value.map((item) => this.space(depth + 1) + this.value(item, depth + 1))
      : Object.entries(value).map(
          ([key, item]) =>
            `${this.space(depth + 1)}${JSON.stringify(key)}${this.gap()}:${this.gap()}${this.value(item, depth + 1)}`,
        );
    const body = inner.map((part) => part + this.gap()).join(',');
    const comma = inner.length > 0 && this.dice() < 300 ? ',' : '';
    return `${isList ? '[' : '{'}${body}${comma}${this.space(depth)}${isList ? ']' : '}'}`;
  }

  /** White space and comments between two tokens. */
  private space(depth: number): string {
    const { indent, eol, lines } = this.looks;
    let space = '';
    if (this.dice() < 200) space += ` ${this.block()}`;
    if (this.dice() < 150 && lines > 0) space += ` ${this.comment()}${eol}`;
    if (this.dice() < 100 && lines > 0) space += eol;
    if (this.dice() % 100 < lines) space += eol + indent.repeat(depth);
    return space === '' && this.dice() < 500 ? ' ' : space;
  }

  private gap(): string {
    const thrown = this.dice();
    if (thrown < 60) return ` ${this.block()} `;
    return thrown < 500 ? ' ' : '';
  }

  private block(): string {
    const inner = this.dice() < 200 && this.looks.lines > 0 ? `${this.looks.eol} *` : '';
    return this.keep(`/* "kept" ${this.comments.length}${inner} {,} */`);
  }

  private comment(): string {
    return this.keep(`// kept ${this.comments.length}, "x": } /*`);
  }

  private keep(comment: string): string {
    this.comments.push(comment);
    return comment;
  }

  private dice(): number {
    const thrown = this.looks.dice[this.thrown % this.looks.dice.length] ?? 0;
    this.thrown += 1;
    return (thrown + this.thrown * 37) % 1000;
  }
}

function isArray(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}
