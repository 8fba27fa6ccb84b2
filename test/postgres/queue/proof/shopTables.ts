import type { Json, ModelTable, Row } from './model';

/** Three tables, each pointing at the one before: JSON, a second unique constraint, a key of two columns. */
export const TABLES: readonly ModelTable[] = [
  { name: 'shop', key: ['id'], json: ['doc'], references: [], unique: [] },
  {
    name: 'item',
    key: ['id'],
    json: ['doc'],
    references: [{ column: 'shop_id', table: 'shop' }],
    unique: ['code'],
  },
  {
    name: 'tag',
    key: ['item_id', 'label'],
    json: ['doc'],
    references: [{ column: 'item_id', table: 'item' }],
    unique: [],
  },
];

export const TABLE_NAMES = TABLES.map(({ name }) => `public.${name}`);

const REST = 'name text, doc jsonb, token bigint NOT NULL, updated_at timestamptz NOT NULL';

/** `token` is new in each write, so that the primary's WAL tells how often each of them arrived. */
export const TABLES_SQL = `
  CREATE TABLE public.shop (id integer PRIMARY KEY, ${REST});
  CREATE TABLE public.item (id integer PRIMARY KEY, shop_id integer NOT NULL REFERENCES public.shop,
    code text UNIQUE, ${REST});
  CREATE TABLE public.tag (item_id integer NOT NULL REFERENCES public.item, label text, ${REST},
    PRIMARY KEY (item_id, label))`;

/** Changes what is written on the primary, so that a row there is never what an edge sent. Off until a seed wants it. */
export const SHAPING_SQL = `
  CREATE FUNCTION public.shape() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN NEW.name := translate(NEW.name, 'abcdefghijklmnopqrstuvwxyz', 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'); RETURN NEW; END $$;
  ${TABLES.map(
    ({
      name,
    }) => `CREATE TRIGGER shape BEFORE INSERT OR UPDATE ON public.${name} FOR EACH ROW EXECUTE FUNCTION public.shape();
      ALTER TABLE public.${name} DISABLE TRIGGER shape;`,
  ).join('\n')}`;

/** Lets a write on the primary take a moment, so that something can happen in the middle of it. Off until it is wanted. */
export const DRAG_SQL = `
  CREATE FUNCTION public.drag() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.001); RETURN NULL; END $$;
  ${TABLES.map(
    ({
      name,
    }) => `CREATE TRIGGER drag AFTER INSERT OR UPDATE OR DELETE ON public.${name} FOR EACH ROW EXECUTE FUNCTION public.drag();
      ALTER TABLE public.${name} DISABLE TRIGGER drag;`,
  ).join('\n')}`;

export function shaped(row: Row): Row {
  const name = row['name'];
  return { ...row, name: shapedText(name ?? null) };
}

function shapedText(name: Json): Json {
  if (typeof name !== 'string') return name;
  return name.replace(/[a-z]/gu, (letter) => letter.toUpperCase());
}

const EPOCH_MS = Date.UTC(2026, 0, 1);

/** `updated_at` of a model's row, in microseconds since the year began, as the server reads it. */
export function timeText(microseconds: number): string {
  const seconds = new Date(EPOCH_MS + Math.floor(microseconds / 1000)).toISOString();
  const rest = String(microseconds % 1000).padStart(3, '0');
  return `${seconds.slice(0, -1)}${rest}Z`;
}

const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  shop: ['id', 'name', 'doc', 'token', 'updated_at'],
  item: ['id', 'shop_id', 'code', 'name', 'doc', 'token', 'updated_at'],
  tag: ['item_id', 'label', 'name', 'doc', 'token', 'updated_at'],
};

/** One row of a model as a statement with its values. */
export function writeSql(
  table: ModelTable,
  old: Row | null,
  row: Row | null,
): { readonly text: string; readonly values: unknown[] } {
  const columns = COLUMNS[table.name] ?? [];
  const values = row === null ? [] : columns.map((column) => parameter(table, column, row[column]));
  const where = (first: number): string =>
    table.key.map((column, index) => `${column} = $${first + index}`).join(' AND ');
  const key = old === null ? [] : table.key.map((column) => old[column]);
  if (row === null)
    return { text: `DELETE FROM public.${table.name} WHERE ${where(1)}`, values: key };
  if (old === null) {
    const places = columns.map((_, index) => `$${index + 1}`).join(', ');
    return { text: `INSERT INTO public.${table.name} VALUES (${places})`, values };
  }
  const sets = columns.map((column, index) => `${column} = $${index + 1}`).join(', ');
  return {
    text: `UPDATE public.${table.name} SET ${sets} WHERE ${where(values.length + 1)}`,
    values: [...values, ...key],
  };
}

function parameter(table: ModelTable, column: string, value: Json | undefined): unknown {
  if (value === undefined) throw new Error(`A row of ${table.name} has no ${column}.`);
  if (column === 'updated_at') return timeText(Number(value));
  // JSON's null is a value of the column; SQL's has no place in these rows.
  if (table.json.includes(column)) return JSON.stringify(value);
  return value;
}

/** Every row of a table, to be held against `modelRows`. */
export function readSql(table: ModelTable): string {
  const columns = (COLUMNS[table.name] ?? []).map((column) =>
    column === 'updated_at'
      ? `(extract(epoch FROM updated_at - timestamptz '2026-01-01Z') * 1000000)::bigint::text AS updated_at`
      : column === 'token'
        ? 'token::text AS token'
        : column,
  );
  return `SELECT ${columns.join(', ')} FROM public.${table.name}`;
}

export function readRow(row: Readonly<Record<string, unknown>>): Row {
  return {
    ...(row as Row), // integers, texts and JSON, as `readSql` selects them
    token: Number(row['token']),
    updated_at: Number(row['updated_at']),
  };
}
