import type pg from 'pg';

/** Opens a session in a database as the superuser of the rig. */
export type OpenSession = (database: string) => Promise<pg.Client>;

interface KeptSession {
  readonly client: pg.Client;
  /** Ends it once nobody has asked for a while. */
  readonly expiry: NodeJS.Timeout;
  readonly onEnd: () => void;
}

/** So long a session waits for the next question. Tests of a condition ask every few milliseconds. */
const KEPT_FOR_MS = 300;

/**
 * Asks one question after the other in the same session of a database. Most of what tests ask is the same question, until the answer is right,
 * and a session of its own costs the server a process: ten times what the answer costs.
 * At most one session a database waits; it is gone soon after the last question.
 */
export class QuestionSessions {
  private readonly kept = new Map<string, KeptSession>();
  /** Sessions of an earlier round are ended instead of kept: the server has other settings since, or runs no more. */
  private round = 0;

  constructor(private readonly open: OpenSession) {}

  /** Asks in the session that waits for this, or in a new one. @throws what the server says; a session that was lost while it waited is replaced. */
  async ask<Row extends pg.QueryResultRow>(
    database: string,
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<pg.QueryResult<Row>> {
    const kept = this.take(database);
    if (kept !== null) {
      try {
        return await this.askIn<Row>(kept, database, text, values);
      } catch (error) {
        if (saysServer(error)) throw error;
      }
    }
    return this.askIn<Row>(await this.open(database), database, text, values);
  }

  /** Keeps no session of now. Those that wait are told to end; the server may need a moment for it. */
  forget(): void {
    this.round += 1;
    for (const database of [...this.kept.keys()]) endSoon(this.take(database));
  }

  private async askIn<Row extends pg.QueryResultRow>(
    client: pg.Client,
    database: string,
    text: string,
    values: readonly unknown[] | undefined,
  ): Promise<pg.QueryResult<Row>> {
    const { round } = this;
    let answered = false;
    try {
      const result = await (values === undefined
        ? client.query<Row>(text)
        : client.query<Row>(text, [...values]));
      answered = true;
      return result;
    } finally {
      if (answered && round === this.round && !this.kept.has(database)) this.keep(database, client);
      else endSoon(client);
    }
  }

  private keep(database: string, client: pg.Client): void {
    const forgetIt = (): void => {
      if (this.kept.get(database)?.client === client) endSoon(this.take(database));
    };
    const expiry = setTimeout(forgetIt, KEPT_FOR_MS);
    client.once('end', forgetIt);
    this.kept.set(database, { client, expiry, onEnd: forgetIt });
  }

  private take(database: string): pg.Client | null {
    const kept = this.kept.get(database);
    if (kept === undefined) return null;
    this.kept.delete(database);
    clearTimeout(kept.expiry);
    kept.client.off('end', kept.onEnd);
    return kept.client;
  }
}

/** What leaves something behind in its session, hangs on when the session began, or tells of the session itself. */
const OF_ITS_SESSION =
  /;|\b(set_config|current_setting|pg_settings|pg_file_settings|pg_hba_file_rules|pg_backend_pid|currval|lastval|pg_(try_)?advisory\w*|pg_reload_conf|pg_promote|pg_replication_origin_session\w*|pg_stat_(activity|ssl|gssapi|database))\b/i;

/** Whether a text may share a session with others: one query. */
export function isQuestion(text: string): boolean {
  return /^\s*SELECT\b/i.test(text) && !OF_ITS_SESSION.test(text);
}

/** Whether sessions that wait are in the way of a statement, or miss what it does: `DROP DATABASE`, `ALTER ROLE … SET`. */
export function concernsSessions(text: string): boolean {
  return /\b(DATABASE|ROLE|SYSTEM|USER)\b|pg_reload_conf/i.test(text);
}

function saysServer(error: unknown): boolean {
  if (!(error instanceof Error && 'code' in error)) return false;
  const code = String(error.code);
  // Class 57: the server ends the session.
  return /^[0-9A-Z]{5}$/.test(code) && !code.startsWith('57P');
}

function endSoon(client: pg.Client | null): void {
  client?.end().catch(() => undefined);
}
