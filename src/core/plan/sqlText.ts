import { quoteConninfoValue } from '../connectionStringConninfo';
import { escapeLiteral } from '../sql';

/** A secret that a person gives while a plan is confirmed. A plan names it and never holds it. */
export interface SecretRef {
  /** Unique within its plan: `publisherPassword`. */
  readonly secret: string;
}

/** One `keyword=value` of a libpq connection string inside a statement. */
export interface ConninfoItem {
  readonly keyword: string;
  readonly value: string | SecretRef;
}

/** A piece of a statement: SQL as it is, a connection string that becomes one SQL literal, or a secret that does. */
export type SqlPart = string | { readonly conninfo: readonly ConninfoItem[] } | SecretRef;

/** One statement of a plan: no semicolon at its end, every name quoted, every value a literal; it takes no parameters. */
export interface PlanStatement {
  readonly parts: readonly SqlPart[];
}

const HIDDEN = '***';

/** A statement without a secret. */
export function sqlStatement(text: string): PlanStatement {
  return { parts: [text] };
}

/** The statement as people and logs see it: each secret is `***`, everything else the very text that runs. */
export function shownSql(statement: PlanStatement): string {
  return render(statement, () => HIDDEN);
}

/**
 * The statement as the server gets it.
 * @throws when a secret that it names was not given.
 */
export function runnableSql(
  statement: PlanStatement,
  secrets: Readonly<Record<string, string>>,
): string {
  return render(statement, ({ secret }) => {
    const value = secrets[secret];
    if (value === undefined) throw new Error(`The plan needs the secret "${secret}".`);
    return value;
  });
}

/** Names of the secrets that a statement needs. */
export function secretsOf(statement: PlanStatement): readonly string[] {
  return statement.parts.flatMap((part) => {
    if (typeof part === 'string') return [];
    if ('secret' in part) return [part.secret];
    return part.conninfo.flatMap(({ value }) => (typeof value === 'string' ? [] : [value.secret]));
  });
}

function render(statement: PlanStatement, valueOf: (secret: SecretRef) => string): string {
  return statement.parts
    .map((part) => {
      if (typeof part === 'string') return part;
      if ('secret' in part) return escapeLiteral(valueOf(part));
      // Every value quoted, also where libpq would take it bare: one rule, and nothing can end a value early.
      const items = part.conninfo.map(({ keyword, value }) => {
        const text = typeof value === 'string' ? value : valueOf(value);
        return `${keyword}=${quoteConninfoValue(text)}`;
      });
      return escapeLiteral(items.join(' '));
    })
    .join('');
}
