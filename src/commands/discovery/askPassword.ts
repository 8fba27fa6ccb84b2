import type { FailureReason } from '../../core/failure';
import { say } from '../../core/say';
import { askText } from '../../host/prompts';
import { TITLE } from './askStart';

/** Whether another password may help. */
export function asksForPassword(
  reason: FailureReason | null,
): reason is 'passwordNeeded' | 'passwordRefused' {
  return reason === 'passwordNeeded' || reason === 'passwordRefused';
}

/** Asks for the password that a server demands. @returns `null` when it was dismissed */
export async function askPassword(
  server: string,
  reason: 'passwordNeeded' | 'passwordRefused',
): Promise<string | null> {
  const answer = await askText({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    prompt:
      reason === 'passwordNeeded'
        ? say`${server} asks for a password. It is kept in the secret store, and only when the file is written.`
        : say`${server} refused the password. Enter another one.`,
    value: '',
    isPassword: true,
    validate: (text) => (text === '' ? say`A password is needed.` : null),
  });
  return answer === 'back' ? null : answer;
}
