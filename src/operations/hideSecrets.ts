import { quoteConninfoValue } from '../core/connectionStringConninfo';
import type { FailureFacts } from '../core/failure';
import type { SqlNotice } from '../core/ports/sqlSession';
import { redact } from '../core/redact';
import { escapeLiteral } from '../core/sql';

/** Takes the secrets of one plan out of whatever a server says. */
export class SecretHider {
  readonly #known: readonly string[];

  constructor(secrets: Readonly<Record<string, string>>) {
    const forms = Object.values(secrets).flatMap(formsOf);
    // The longest first, so that no rest of one is left where a shorter one stood within it.
    this.#known = [...new Set(forms)].sort((a, b) => b.length - a.length);
  }

  text(text: string): string {
    return redact(text, this.#known);
  }

  facts(facts: FailureFacts): FailureFacts {
    return {
      ...facts,
      text: this.text(facts.text),
      advice: facts.advice === null ? null : this.text(facts.advice),
      serverMessage: facts.serverMessage === null ? null : this.text(facts.serverMessage),
    };
  }

  notices(notices: readonly SqlNotice[]): readonly SqlNotice[] {
    return notices.map((notice) => ({ ...notice, message: this.text(notice.message) }));
  }
}

/** A secret as it is, as a value of a connection string, and that within a SQL literal. */
function formsOf(secret: string): readonly string[] {
  const inConninfo = quoteConninfoValue(secret).slice(1, -1);
  const inSql = escapeLiteral(inConninfo).replace(/^E?'/, '').slice(0, -1);
  return [secret, inConninfo, inSql];
}
