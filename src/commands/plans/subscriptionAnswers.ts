import { parseConnectionString } from '../../core/connectionString';
import { quoteConninfoValue } from '../../core/connectionStringConninfo';
import { SECRET_KEYWORDS } from '../../core/connectionStringKeywords';
import type { CreateSubscriptionRequest, ConnectionTest } from '../../core/plan/requests';
import type { ConninfoItem } from '../../core/plan/sqlText';
import { say } from '../../core/say';
import { deriveSlotName } from '../../core/slotName';
import type { ConnectionParams, DeclaredSubscription } from '../../core/topology';
import type { NodeChoice } from './pickNode';
import { chosenOptions, type SubscriptionChoice } from './subscriptionChoices';

/** How the subscriber's server proves to the publisher who it is. Paths are those of the subscriber's host. */
export type SignIn =
  | { readonly kind: 'passfile'; readonly path: string }
  | { readonly kind: 'service'; readonly name: string }
  | { readonly kind: 'certificate'; readonly certificate: string; readonly key: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'password'; readonly password: string };

/** What is asked about a subscription, as far as it was answered. */
export interface SubscriptionAnswers {
  /** Given by the tree, so that it is not asked. */
  readonly given: NodeChoice | null;
  readonly topologyId: string | null;
  readonly node: NodeChoice | null;
  /** One that the file declares and the server lacks; `'new'` for another. Its answers are not asked again. */
  readonly declared: DeclaredSubscription | 'new' | null;
  readonly publisher: NodeChoice | null;
  readonly publications: readonly string[];
  /** As a person writes it, without user and secrets: `host=db.internal port=5432 dbname=app`. */
  readonly address: string | null;
  /** `'other'`: one that is typed. */
  readonly chosenUser: string | null;
  readonly user: string | null;
  readonly signInKind: SignIn['kind'] | null;
  readonly signIn: SignIn | null;
  readonly name: string | null;
  readonly slot: { readonly name: string; readonly isReused: boolean } | null;
  /** Whether tables that the subscriber lacks are made first; `null`: none is missing. */
  readonly createsTables: boolean | null;
  /** What shall not be as usual. */
  readonly choices: readonly SubscriptionChoice[];
}

export const NO_ANSWERS: SubscriptionAnswers = {
  given: null,
  topologyId: null,
  node: null,
  declared: null,
  publisher: null,
  publications: [],
  address: null,
  chosenUser: null,
  user: null,
  signInKind: null,
  signIn: null,
  name: null,
  slot: null,
  createsTables: null,
  choices: [],
};

/** Name of the secret in the plan. */
export const PASSWORD_SECRET = 'publisherPassword';

/** Fills in what the file says of a subscription. */
export function asDeclared(
  answers: SubscriptionAnswers,
  declared: DeclaredSubscription,
): SubscriptionAnswers {
  const params = declared.connection === null ? {} : readParams(declared.connection);
  const { user, ...address } = params;
  const { topologyId } = answers.node ?? { topologyId: '' };
  return {
    ...answers,
    declared,
    publisher: { topologyId, nodeId: declared.publisher },
    publications: declared.publications,
    address: declared.connection === null ? null : writeParams(address),
    chosenUser: user ?? null,
    user: user ?? null,
    signIn: declaredSignIn(params),
    signInKind: declaredSignIn(params)?.kind ?? null,
    name: declared.name,
    slot: null,
  };
}

/** A connection that names files or a service says itself how to sign in. */
function declaredSignIn(params: ConnectionParams): SignIn | null {
  const { passfile, service, sslcert, sslkey } = params;
  if (passfile !== undefined) return { kind: 'passfile', path: passfile };
  if (service !== undefined) return { kind: 'service', name: service };
  if (sslcert === undefined || sslkey === undefined) return null;
  return { kind: 'certificate', certificate: sslcert, key: sslkey };
}

/** The keywords of the connection as it will stand in the statement; the password as a reference. */
export function connectionItems(answers: SubscriptionAnswers): readonly ConninfoItem[] {
  const { address, user, signIn } = answers;
  const params: Record<string, string> = { ...readParams(address ?? '') };
  if (user !== null) params['user'] = user;
  if (signIn?.kind === 'passfile') params['passfile'] = signIn.path;
  if (signIn?.kind === 'service') params['service'] = signIn.name;
  if (signIn?.kind === 'certificate') {
    params['sslcert'] = signIn.certificate;
    params['sslkey'] = signIn.key;
  }
  const items = Object.entries(params).map(([keyword, value]) => ({ keyword, value }));
  if (signIn?.kind !== 'password') return items;
  return [...items, { keyword: 'password', value: { secret: PASSWORD_SECRET } }];
}

/** The request that the answers make, once all were given. */
export function toSubscriptionRequest(
  answers: SubscriptionAnswers,
  connectionTest: ConnectionTest,
): CreateSubscriptionRequest | null {
  const { node, publisher, name, publications, declared, slot } = answers;
  if (node === null || publisher === null || name === null) return null;
  const {
    copyData = true,
    createSlot = true,
    ...options
  } = declared === null || declared === 'new' ? {} : declared.options;
  const chosen = chosenOptions(answers.choices);
  const makesTables = answers.createsTables === true;
  return {
    nodeId: node.nodeId,
    name,
    publisherId: publisher.nodeId,
    publications,
    connection: connectionItems(answers),
    connectionTest,
    slotName: chosen.slotName ?? slot?.name ?? slotNameOf(answers),
    usesExistingSlot: chosen.slotName !== undefined || (slot?.isReused ?? createSlot === false),
    copyData: chosen.copyData ?? copyData !== false,
    options: { ...options, ...chosen.options },
    ...(makesTables ? { createsMissingTables: true } : {}),
    ...(chosen.probesConnection === true ? { probesConnection: true } : {}),
  };
}

/** The slot as the file names it, else made from the subscription's name. */
export function slotNameOf({ declared, name }: SubscriptionAnswers): string {
  if (declared !== null && declared !== 'new') return declared.slotName;
  return deriveSlotName(name ?? '');
}

/** Says what is wrong with an address; `null` when nothing is. */
export function validateAddress(text: string): string | null {
  const { problems, secrets, params } = parseConnectionString(text);
  if (secrets.length > 0) return say`Leave the password out: how to sign in is asked next.`;
  const [error] = problems.filter(({ severity }) => severity === 'error');
  if (error !== undefined) return error.message;
  if (params?.['host'] === undefined && params?.['service'] === undefined) {
    return say`Say at least host=… or service=….`;
  }
  return null;
}

/** The params of a connection text, without secrets; none when it cannot be read. */
export function readParams(text: string): ConnectionParams {
  const { params } = parseConnectionString(text);
  return Object.fromEntries(
    Object.entries(params ?? {}).filter(([keyword]) => !SECRET_KEYWORDS.has(keyword)),
  );
}

/** Params as a person would write them: quotes only where they are needed. */
export function writeParams(params: ConnectionParams): string {
  return Object.entries(params)
    .map(([keyword, value]) => {
      const isPlain = /^[\w.,:/@+-]+$/u.test(value);
      return `${keyword}=${isPlain ? value : quoteConninfoValue(value)}`;
    })
    .join(' ');
}
