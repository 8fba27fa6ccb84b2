import type { Cluster } from '../../../clusters/cluster';
import { keyOf, type ModelTable, type Row } from './model';

/** What came upon each key of each table, in order: tokens of rows that were written there, `null` for one that went. */
export type Trail = ReadonlyMap<string, readonly (number | null)[]>;

/** What the model wrote on its primary. */
export class ModelTrail {
  private readonly steps = new Map<string, (number | null)[]>();

  get trail(): Trail {
    return this.steps;
  }

  /** A row that moves to another key goes from the one and comes to the other. */
  note(table: ModelTable, old: Row | null, row: Row | null): void {
    const [from, to] = [old, row].map((one) => (one === null ? null : keyOf(table, one)));
    if (typeof from === 'string' && from !== to) this.add(table.name, from, null);
    if (row !== null && typeof to === 'string') this.add(table.name, to, Number(row['token']));
  }

  add(table: string, key: string, step: number | null): void {
    const place = `${table} ${key}`;
    const steps = this.steps.get(place) ?? [];
    steps.push(step);
    this.steps.set(place, steps);
  }
}

/** Where the primary's server keeps what its WAL says until somebody asks. */
const SLOT = 'proof';

/** A second witness beside the WAL: triggers that write down each write, in a table to which nothing can be done but that. */
export const AUDIT_SQL = `
  CREATE TABLE public.audit (n bigint GENERATED ALWAYS AS IDENTITY, name text NOT NULL, old_row jsonb, new_row jsonb);
  CREATE FUNCTION public.write_down() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO public.audit (name, old_row, new_row)
      VALUES (TG_TABLE_NAME, CASE WHEN TG_OP <> 'INSERT' THEN to_jsonb(OLD) END, CASE WHEN TG_OP <> 'DELETE' THEN to_jsonb(NEW) END);
      RETURN NULL;
    END $$;
  CREATE FUNCTION public.only_append() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'what is written down stays'; END $$;
  CREATE TRIGGER only_append BEFORE UPDATE OR DELETE ON public.audit FOR EACH ROW EXECUTE FUNCTION public.only_append();
  ${['shop', 'item', 'tag']
    .map(
      (name) =>
        `CREATE TRIGGER write_down AFTER INSERT OR UPDATE OR DELETE ON public.${name} FOR EACH ROW EXECUTE FUNCTION public.write_down();
         ALTER TABLE public.${name} DISABLE TRIGGER write_down;`,
    )
    .join('\n')}`;

/** What the primary's server tells of the writes that it took: its WAL, and its triggers where they are on. */
export class ServerTrail {
  constructor(
    private readonly primary: Cluster,
    private readonly tables: readonly ModelTable[],
  ) {}

  /** From now on. */
  async begin(isAudited: boolean): Promise<void> {
    const what = isAudited ? 'ENABLE' : 'DISABLE';
    const triggers = this.tables.map(
      ({ name }) => `ALTER TABLE public.${name} ${what} TRIGGER write_down`,
    );
    await this.primary.query(`TRUNCATE public.audit; ${triggers.join('; ')}`);
    await this.primary.query(
      `SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots WHERE slot_name = '${SLOT}'`,
    );
    await this.primary.query(
      `SELECT pg_create_logical_replication_slot('${SLOT}', 'test_decoding')`,
    );
  }

  async ofWal(): Promise<Trail> {
    const changes = await this.primary.query<{ data: string }>(
      `SELECT data FROM pg_logical_slot_get_changes('${SLOT}', NULL, NULL)`,
    );
    const trail = new ModelTrail();
    for (const { data } of changes) {
      const found = /^table public\.(\w+): (INSERT|UPDATE|DELETE): (.*)$/su.exec(data);
      const table = this.tables.find(({ name }) => name === found?.[1]);
      if (found === null || table === undefined) continue;
      const [, , kind, text = ''] = found;
      const [old = '', row = text] = text.split(' new-tuple: ');
      const key = keyIn(table, row);
      if (kind === 'DELETE') trail.add(table.name, key, null);
      else {
        if (old.startsWith('old-key: ')) trail.add(table.name, keyIn(table, old), null);
        trail.add(table.name, key, Number(/ token\[bigint\]:(\d+)/u.exec(row)?.[1]));
      }
    }
    return trail.trail;
  }

  async ofTriggers(): Promise<Trail> {
    const rows = await this.primary.query<{ name: string; old_row: Row; new_row: Row }>(
      'SELECT name, old_row, new_row FROM public.audit ORDER BY n',
    );
    const trail = new ModelTrail();
    for (const { name, old_row, new_row } of rows) {
      const table = this.tables.find((one) => one.name === name);
      if (table !== undefined) trail.note(table, old_row, new_row);
    }
    return trail.trail;
  }
}

/** The key in a row as test_decoding shows it. */
function keyIn(table: ModelTable, text: string): string {
  const row = Object.fromEntries(
    table.key.map((column) => {
      const value = new RegExp(`\\b${column}\\[[^\\]]+\\]:('(?:[^']|'')*'|\\S+)`, 'u').exec(text);
      const [, shown = ''] = value ?? [];
      const isQuoted = shown.startsWith("'");
      return [column, isQuoted ? shown.slice(1, -1).replaceAll("''", "'") : Number(shown)];
    }),
  );
  return keyOf(table, row);
}

/** Merging writes a row once more or not: so often does not matter there, but what came after what does. */
export function withoutRepeats(steps: readonly (number | null)[]): readonly (number | null)[] {
  return steps.filter((step, index) => index === 0 || step !== steps[index - 1]);
}
