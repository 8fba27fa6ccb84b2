import type { FailureFacts } from '../failure';
import { say } from '../say';
import type { Look } from './look';

/** What became of a look that failed; of an address that a person said also what to do next. */
export function failureWords({ failure, isOverridden }: Look): string {
  if (failure === null) return '';
  const next = isOverridden ? nextStep(failure) : null;
  return next === null ? failure.text : `${failure.text} ${next}`;
}

function nextStep({ reason, advice }: FailureFacts): string | null {
  switch (reason) {
    case 'refused':
    case 'unresolved':
    case 'unroutable':
    case 'silent':
    case 'notPostgres':
    case 'noDatabase':
      return say`Change host or port, and look again.`;
    case 'passwordNeeded':
    case 'passwordRefused':
      return say`Look again to enter another password.`;
    case 'starting':
      return say`Look again in a moment.`;
    case 'tlsRequired':
    case 'tlsMissing':
    case 'certificate':
      return say`How safely it is dialled is taken over from the server that names it; begin with this one to say it otherwise.`;
    default:
      return advice;
  }
}
