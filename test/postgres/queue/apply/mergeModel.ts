/** A value of JSON; `undefined` is SQL NULL, which is not JSON's null. */
export type Json = null | number | string | readonly Json[] | { readonly [key: string]: Json };

export interface Row {
  readonly doc: Json | undefined;
  readonly title: string | null;
  /** Minutes; `null`: not known. */
  readonly at: number | null;
}

export interface Merged {
  readonly outcome: string;
  readonly row: Row;
}

/** What `merge` promises, said a second time: of a row that the edge made of `base` (or inserted), met by the primary's. */
export function mergeModel(base: Row | null, edge: Row, primary: Row): Merged {
  if (isSame(edge, primary)) return { outcome: 'same', row: primary };
  if (base !== null && isSame(base, primary)) return { outcome: 'applied', row: edge };
  const doc = threeWay(base === null ? null : { value: base.doc }, edge.doc, primary.doc);
  const merged = doc === BOTH ? mergeDocs(base?.doc, edge.doc, primary.doc) : { value: doc };
  if (merged === null) return { outcome: 'conflict/bothChanged', row: primary };
  const title = threeWay(base === null ? null : { value: base.title }, edge.title, primary.title);
  const at = Math.max(edge.at ?? -1, primary.at ?? -1);
  const rest = { doc: merged.value, at: at < 0 ? null : at };
  if (title !== BOTH) return { outcome: 'merged', row: { ...rest, title } };
  if (edge.at === null || primary.at === null) {
    return { outcome: 'conflict/bothChanged', row: primary };
  }
  const later = edge.at > primary.at ? edge : primary;
  return { outcome: 'merged', row: { ...rest, title: later.title } };
}

const BOTH = Symbol('both changed');

function threeWay<T>(base: { readonly value: T } | null, edge: T, primary: T): T | typeof BOTH {
  if (isSame(edge, primary)) return primary;
  if (base === null) return BOTH;
  if (isSame(edge, base.value)) return primary;
  return isSame(primary, base.value) ? edge : BOTH;
}

function mergeDocs(
  base: Json | undefined,
  edge: Json | undefined,
  primary: Json | undefined,
): { readonly value: Json } | null {
  if (!isObject(edge) || !isObject(primary)) return null;
  if (base !== undefined && !isObject(base)) return null;
  const result: Record<string, Json> = {};
  for (const key of new Set([...Object.keys(edge), ...Object.keys(primary)])) {
    const old = { value: isObject(base) ? base[key] : undefined };
    const value = threeWay<Json | undefined>(old, edge[key], primary[key]);
    if (value === BOTH) return null;
    if (value !== undefined) result[key] = value;
  }
  return { value: result };
}

function isObject(value: Json | undefined): value is Readonly<Record<string, Json>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal whatever the order of keys. */
export function isSame(a: unknown, b: unknown): boolean {
  return canonical(a) === canonical(b);
}

function canonical(value: unknown): string {
  if (value === undefined) return 'undefined';
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonical).join()}]`;
  const members = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`).join()}}`;
}
