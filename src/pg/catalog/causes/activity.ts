/** Longer statements are cut to this many characters. */
export const QUERY_LENGTH = 500;

/** The statement of a row of pg_stat_activity; NULL where it has none, or our role may not see it. */
export function activityText(alias: string): string {
  return `pg_catalog.left(nullif(nullif(${alias}.query, '<insufficient privilege>'), ''), ${QUERY_LENGTH})`;
}
