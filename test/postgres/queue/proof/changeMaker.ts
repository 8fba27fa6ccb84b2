import type { Json, ModelTable, Row } from './model';
import type { Change, Stage, Writer } from './stage';

const WRITERS = 8;
/** The share of a person's own rows. */
export const PERSON = WRITERS - 1;
const FIRST_TOKEN = 1_000;

/** Thinks of random changes of rows that a server accepts. Each row that is written has a token that none had before. */
export class ChangeMaker {
  private token = FIRST_TOKEN;

  constructor(private readonly stage: Stage) {}

  /** The same few rows for everybody to begin with. */
  firstRows(): readonly (readonly [table: string, row: Row])[] {
    const base = (token: number) => ({
      name: `first ${token}`,
      doc: { a: 1, b: [1, 2], c: { x: 1 } },
      token,
      updated_at: token,
    });
    return [
      ...[1, 2, 3].map((id) => ['shop', { id, ...base(id) }] as const),
      ...[1, 2, 3, 4].map(
        (id) =>
          ['item', { id, shop_id: 1 + (id % 3), code: `first-${id}`, ...base(10 + id) }] as const,
      ),
      ...[1, 2].map((id) => ['tag', { item_id: id, label: 'shared', ...base(20 + id) }] as const),
    ];
  }

  /** A change that this writer's server accepts; `null` when none was found. */
  change(writer: Writer): Change | null {
    for (let attempt = 0; attempt < 8; attempt += 1) {
      const found = this.tryChange(writer);
      if (writer.store.violates(found.table.name, found.old, found.row) === null) return found;
    }
    return null;
  }

  /** Other values for a row, its key as it is. */
  updateOf(writer: Writer, table: ModelTable, old: Row): Change {
    return { table, kind: 'UPDATE', old, row: { ...old, ...this.values(writer.index, old) } };
  }

  nextToken(writer: number): number {
    this.token += WRITERS;
    return this.token - (this.token % WRITERS) + writer;
  }

  private tryChange(writer: Writer): Change {
    const { random, isGentle, tables } = this.stage;
    const table = random.pick(tables);
    const rows = writer.store.all(table.name);
    const dice = random.next();
    if (dice < 0.35 || rows.length === 0) {
      return { table, kind: 'INSERT', old: null, row: this.newRow(writer, table) };
    }
    const old = random.pick(rows);
    if (dice < 0.5 && !(isGentle && table.name !== 'tag')) {
      return { table, kind: 'DELETE', old, row: null };
    }
    const change = this.updateOf(writer, table, old);
    const label = old['label'];
    const isOwn = typeof label === 'string' && label.startsWith(`own-${writer.index}-`);
    if (dice >= 0.56 || !isOwn || change.row === null) return change;
    // A new key that nobody else has: what becomes of it does not hang on who else moved there.
    return { ...change, row: { ...change.row, label: `own-${writer.index}-${this.token}` } };
  }

  private newRow(writer: Writer, table: ModelTable): Row {
    const { random, isGentle } = this.stage;
    const values = this.values(writer.index, null);
    switch (table.name) {
      case 'shop':
        return { id: random.int(1, 8), ...values };
      case 'item': {
        const shared = isGentle ? `own-${this.token}` : `code-${random.int(1, 12)}`;
        const code = random.chance(0.3) ? null : shared;
        return { id: random.int(1, 14), shop_id: random.int(1, 8), code, ...values };
      }
      default: {
        const label = random.chance(0.5)
          ? random.pick(['shared', 'a "quoted" label', "it's"])
          : `own-${writer.index}-${this.token}`;
        return { item_id: random.int(1, 14), label, ...values };
      }
    }
  }

  /** New values for the columns that every table has. */
  private values(writer: number, old: Row | null) {
    const { random } = this.stage;
    const token = this.nextToken(writer);
    const name = random.pick(['plain', 'ümläut ✓', "o'clock", 'a\nb\t\\c', '{"x": 1}', 'ß']);
    return {
      name: `${name} ${token}`,
      doc: this.doc(old?.['doc']),
      token,
      // Often close together and sometimes equal, in no order: whose is newer shall not follow from who came first.
      updated_at: FIRST_TOKEN * 1000 + Math.floor(this.token / 16) + random.int(-12, 12),
    };
  }

  /** Mostly one key changed, so that merging has something to merge. */
  private doc(old: Json | undefined): Json {
    const { random } = this.stage;
    if (random.chance(0.06)) return random.pick<Json>([[1, 2], 7, 'text', null, {}]);
    const before: Readonly<Record<string, Json>> =
      typeof old === 'object' && old !== null && !Array.isArray(old)
        ? (old as Readonly<Record<string, Json>>) // an array was just excluded, which TypeScript does not follow for readonly ones
        : {};
    const key = random.pick(['a', 'b', 'c', 'd', 'e', 'f']);
    if (random.chance(0.15)) {
      return Object.fromEntries(Object.entries(before).filter(([name]) => name !== key));
    }
    const value = random.pick<Json>([
      1,
      2,
      3,
      null,
      true,
      'x',
      [1],
      [],
      { x: 1 },
      { x: 2, y: null },
    ]);
    return { ...before, [key]: value };
  }
}
