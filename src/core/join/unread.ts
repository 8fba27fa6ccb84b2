import { say } from '../say';
import type { Contact, VerdictCode } from '../snapshot';
import type { VerdictDraft } from './draft';
import { whyUnreadable, type NodeView } from './scene';

/** A verdict for something neither of whose ends can be read now, and why, as finished text. */
export interface UnreadFinding {
  readonly verdict: VerdictDraft;
  readonly because: string;
}

/** What is said when none of these nodes has fresh facts: stale before unknown, and one reason when it is the same for all. */
export function judgeUnread(views: readonly NodeView[]): UnreadFinding {
  const stale = views.filter((view) => view.readability === 'stale');
  if (stale.length > 0) {
    const sinceMs = Math.max(...stale.map((view) => view.sample.fastAtMs ?? 0));
    return { verdict: { code: 'stale', sinceMs }, because: say`not read lately` };
  }
  const because = [...new Set(views.map(whyUnreadable))].join(', ');
  const [first, ...others] = views.map((view) => codeOfContact(view.sample.contact));
  const isSame = first !== undefined && others.every((code) => code === first);
  return { verdict: { code: isSame ? first : 'unknown' }, because };
}

/** What a contact that gives no facts is called; `unknown` where the end itself failed. */
export function codeOfContact(contact: Contact): VerdictCode {
  switch (contact) {
    case 'restricted':
      return 'restricted';
    case 'notAsked':
      return 'notConnected';
    case 'notApproved':
      return 'notApproved';
    case 'disconnected':
      return 'disconnected';
    case 'connecting':
      return 'connecting';
    case 'connected':
    case 'failed':
      return 'unknown';
  }
}
