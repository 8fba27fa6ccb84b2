import './jitless';
import * as z from 'zod/mini';
import type { Schema } from './schema';

type Guard = (value: unknown) => boolean;

/**
 * Checks values against a schema and hands over the very same value. The schema's own parser copies all it reads, which for a fleet
 * at each poll costs more than drawing it. Keys that the schema does not name stay: for what comes from our own side, never for
 * files or for what the page sends.
 */
export function asItCame<T>(schema: z.ZodMiniType<T>): Schema<T> {
  const guard = guardOf(schema);
  return {
    // The guard holds what the schema says of the type.
    safeParse: (value) => (guard(value) ? { success: true, data: value as T } : { success: false }),
  };
}

function guardOf(schema: z.core.$ZodType): Guard {
  // zod's own list of its schemas; what is none of them falls to the last case.
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'custom') return (value) => def.fn(value) === true;
  // Limits of length and the like are left to zod.
  if ((def.checks ?? []).length > 0) return parserOf(schema);
  switch (def.type) {
    case 'string':
      return (value) => typeof value === 'string';
    case 'number':
      return Number.isFinite;
    case 'boolean':
      return (value) => typeof value === 'boolean';
    case 'enum': {
      const entries = new Set<unknown>(Object.values(def.entries));
      return (value) => entries.has(value);
    }
    case 'nullable': {
      const inner = guardOf(def.innerType);
      return (value) => value === null || inner(value);
    }
    case 'array': {
      const element = guardOf(def.element);
      return (value) => Array.isArray(value) && isEach(value, element);
    }
    case 'object':
      return objectGuard(def.shape);
    default:
      return parserOf(schema);
  }
}

function objectGuard(shape: z.core.$ZodShape): Guard {
  const fields = Object.entries(shape).map(([key, field]) => {
    // Such a key may be missing, and is never there with `undefined`.
    const isOptional = field instanceof z.ZodMiniExactOptional;
    return { key, isOptional, guard: guardOf(isOptional ? field._zod.def.innerType : field) };
  });
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
    // Looked at by key alone; each value then goes through its guard.
    const record = value as Readonly<Record<string, unknown>>;
    return fields.every(({ key, isOptional, guard }) =>
      isOptional && !Object.hasOwn(record, key) ? true : guard(record[key]),
    );
  };
}

function isEach(list: readonly unknown[], guard: Guard): boolean {
  // Not `every`, which leaves holes out.
  for (const item of list) if (!guard(item)) return false;
  return true;
}

function parserOf(schema: z.core.$ZodType): Guard {
  return (value) => z.safeParse(schema, value).success;
}
