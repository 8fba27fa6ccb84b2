const SQL =
  /\b(SELECT|FROM|INSERT|UPDATE|DELETE|GRANT|REVOKE|JOIN|RETURNING|BEGIN|COMMIT|ROLLBACK|SAVEPOINT|COMMENT ON|REPLICA IDENTITY|ADD (TABLE|COLUMN|UNIQUE|PUBLICATION)|SET (SCHEMA|LOCAL|CONSTRAINTS|PUBLICATION|DEFAULT|NULL|\()|OWNER TO|LANGUAGE|COPY|CREATE|ALTER|DROP|TRUNCATE|WHERE|ORDER BY|GROUP BY|LIMIT|VALUES|CONSTRAINT|PRIMARY KEY|NOT NULL|COLLATE|EXECUTE|RAISE|LOCK TABLE|RESET|FOR (EACH|ALL TABLES)|REFRESH PUBLICATION|TABLES IN SCHEMA|PARTITION BY|GENERATED|USAGE ON|PARAMETER|IS (NOT )?NULL|CASE WHEN|FILTER \(|DEFERRABLE)\b|pg_catalog[.,]|::(text|jsonb|int|name)|\$\d\b|\b[a-z]\.(sub|rel|att|pub|slot)\w*|NULLS (NOT )?DISTINCT/u;

/** A sentence, which names statements without being one. */
const SENTENCE = /^(["`]?[A-Z][a-z]*\b|\{0\})[^]*([.:…?]|[a-z]{3,} [a-z]{2,})$/u;
const STATEMENT =
  /^(SELECT|INSERT|UPDATE|DELETE|GRANT|REVOKE|ALTER|CREATE|DROP|COMMENT|LOCK|CASE|EXISTS|WITH|COPY|BEGIN|TRUNCATE|NOT|AND|OR)\b/u;

/** Lines of settings and addresses: `name = value`, `host=…`. */
const SETTING = /^[\w.]+( \w+)? = |^(host|sslmode|sslcert|region)=|^<|^\{\n|^C:\\|^[HM]\{/u;

/** Whether a text holds two words of a language side by side. */
export function isProse(text: string): boolean {
  if (SETTING.test(text)) return false;
  return /[A-Za-z]{2,}[^A-Za-z{}]{0,3} [^A-Za-z]*[A-Za-z]{2,}|[a-z]{2,} \{\d+\}|\} [a-z]{2,}/u.test(
    text,
  );
}

/** Whether a text is a statement or a piece of one, and no sentence about one. */
export function isSql(text: string): boolean {
  const trimmed = text.trim();
  return SQL.test(text) && (STATEMENT.test(trimmed) || !SENTENCE.test(trimmed));
}
