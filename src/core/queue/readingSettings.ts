import type { SqlStatement } from '../ports/sqlSession';
import { VALUE_SETTINGS } from './edgeObjects';

/** Sets for a session that only reads how values become text, and that types are named with their schema. */
export function readingSettingsStatement(): SqlStatement {
  const settings = [...VALUE_SETTINGS, ['search_path', 'pg_catalog, pg_temp'] as const];
  return {
    text: `
SELECT pg_catalog.set_config(s.name, s.value, false) FROM ROWS FROM (
  pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) AS s (name, value)`,
    values: [settings.map(([name]) => name), settings.map(([, value]) => value)],
  };
}
