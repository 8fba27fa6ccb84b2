import type { LoginPassword } from '../../core/plan/changes/changesRequest';
import type { MissingSubscription, SignInNeed } from '../../core/plan/changes/signInNeeds';
import type { ConninfoItem } from '../../core/plan/sqlText';
import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';
import { scramVerifier } from '../../host/scramVerifier';

/** How subscriptions sign in as one role on one publisher. A path is that of each subscriber's host. */
export type LoginKind = 'generate' | 'enter' | 'passfile' | 'none';

export interface LoginAnswer {
  readonly need: SignInNeed;
  readonly role: string | null;
  readonly kind: LoginKind | null;
  readonly passfile: string | null;
  readonly password: string | null;
}

/** What is asked before changes are planned, as far as it was answered. */
export interface ChangesAnswers {
  readonly drops: boolean | null;
  readonly logins: readonly LoginAnswer[];
}

/** The subscriptions that an answer is for. */
export function answerFor(
  { logins }: ChangesAnswers,
  { nodeId, declared }: MissingSubscription,
): LoginAnswer | null {
  const found = logins.find(({ need }) =>
    need.subscriptions.some((one) => one.nodeId === nodeId && one.name === declared.name),
  );
  return found ?? null;
}

/** The connection as it will stand in the statement: what the file says, then what is usual, then how to sign in. */
export function connectionOf(
  { params }: MissingSubscription,
  usual: ConnectionParams,
  answer: LoginAnswer | null,
): readonly ConninfoItem[] {
  const address = params['service'] === undefined ? { ...usual, ...params } : params;
  const role = answer?.role ?? null;
  const items: ConninfoItem[] = Object.entries({
    ...address,
    ...(role === null ? {} : { user: role }),
    ...(answer?.kind === 'passfile' && answer.passfile !== null
      ? { passfile: answer.passfile }
      : {}),
  }).map(([keyword, value]) => ({ keyword, value }));
  if (answer === null || !holdsPassword(answer)) return items;
  return [...items, { keyword: 'password', value: { secret: passwordSecret(answer) } }];
}

/** Passwords for roles: those that the plan makes, and those that get a new one. */
export function passwordsOf(
  { logins }: ChangesAnswers,
  exists: (publisherId: string, role: string) => boolean,
): readonly LoginPassword[] {
  return logins.flatMap((answer) => {
    const { role, password, kind, need } = answer;
    if (role === null || password === null) return [];
    const isThere = exists(need.publisherId, role);
    if (isThere && kind !== 'generate') return [];
    const verifier = { secret: verifierSecret(answer) };
    return [{ publisherId: need.publisherId, role, verifier, resets: isThere }];
  });
}

/** The values of what the plan names by reference. */
export function secretsOf({ logins }: ChangesAnswers): Readonly<Record<string, string>> {
  return Object.fromEntries(
    logins.flatMap((answer) =>
      answer.password === null
        ? []
        : [
            [passwordSecret(answer), answer.password],
            [verifierSecret(answer), scramVerifier(answer.password)],
          ],
    ),
  );
}

function holdsPassword({ kind, password }: LoginAnswer): boolean {
  return (kind === 'generate' || kind === 'enter') && password !== null;
}

function passwordSecret({ need, role }: LoginAnswer): string {
  return say`password of ${role ?? ''} on ${need.publisherId}`;
}

function verifierSecret({ need, role }: LoginAnswer): string {
  return say`verifier of ${role ?? ''} on ${need.publisherId}`;
}
