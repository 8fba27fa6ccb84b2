import { listNames } from '../../core/plan/findingParts';
import type { NodeCatalog } from '../../core/plan/nodeCatalog';
import { say } from '../../core/say';
import { askOne, askText, type PickItem } from '../../host/prompts';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import { randomPassword } from '../../host/scramVerifier';
import type { ChangesAnswers, LoginAnswer, LoginKind } from './changesAnswers';

type Reply = Promise<Answer<ChangesAnswers>>;

/** What such a role is called where nobody says otherwise. */
const USUAL_ROLE = 'replication_user';

/**
 * What goes beside what comes, asked only where there is something; then for each role on each publisher as whom and with
 * what the subscriptions sign in.
 * @param undeclared what the servers have and the file does not mention, for people
 */
export function changesSteps(
  start: ChangesAnswers,
  catalogs: ReadonlyMap<string, NodeCatalog>,
  undeclared: readonly string[],
): readonly Step<ChangesAnswers>[] {
  return [
    {
      applies: () => undeclared.length > 0,
      ask: async (state, place) => askDrops(state, place, undeclared),
    },
    ...start.logins.flatMap((_, index) => loginSteps(index, catalogs)),
  ];
}

function loginSteps(
  index: number,
  catalogs: ReadonlyMap<string, NodeCatalog>,
): readonly Step<ChangesAnswers>[] {
  const at = ({ logins }: ChangesAnswers) => logins[index] ?? null;
  const set = (state: ChangesAnswers, answer: Answer<LoginAnswer>): Answer<ChangesAnswers> =>
    answer === null || answer === 'back'
      ? answer
      : { ...state, logins: state.logins.map((one, i) => (i === index ? answer : one)) };
  const catalogOf = (answer: LoginAnswer) => catalogs.get(answer.need.publisherId) ?? null;
  const step = (
    applies: (answer: LoginAnswer) => boolean,
    ask: (answer: LoginAnswer, place: StepPlace) => Promise<Answer<LoginAnswer>>,
  ): Step<ChangesAnswers> => ({
    applies: (state) => {
      const answer = at(state);
      return answer !== null && applies(answer);
    },
    ask: async (state, place) => {
      const answer = at(state);
      return answer === null ? state : set(state, await ask(answer, place));
    },
  });
  return [
    step(
      ({ need }) => need.role === null,
      async (answer, place) => askRole(answer, place, catalogOf(answer)),
    ),
    step(
      () => true,
      async (answer, place) => askKind(answer, place, isThere(answer, catalogOf(answer))),
    ),
    step(({ kind }) => kind === 'passfile', askPassfile),
    step(
      (answer) =>
        answer.kind === 'enter' ||
        (answer.kind === 'passfile' && !isThere(answer, catalogOf(answer))),
      askPassword,
    ),
  ];
}

async function askDrops(
  state: ChangesAnswers,
  place: StepPlace,
  undeclared: readonly string[],
): Reply {
  const answer = await askOne<'keep' | 'drop'>({
    place,
    placeholder: say`The file does not mention ${listNames(undeclared, 3)}.`,
    items: [
      { label: say`$(check) Leave them`, description: say`nothing is dropped`, value: 'keep' },
      {
        label: say`$(trash) Drop them too`,
        detail: say`Publications and subscriptions, the slots of these with them; no table, no role.`,
        value: 'drop',
      },
    ],
    isPresent: (value) => (value === 'drop') === (state.drops === true),
  });
  if (answer === null || answer === 'back') return answer;
  return { ...state, drops: answer === 'drop' };
}

async function askRole(
  answer: LoginAnswer,
  place: StepPlace,
  catalog: NodeCatalog | null,
): Promise<Answer<LoginAnswer>> {
  const { publisherId } = answer.need;
  const roles = (catalog?.roles ?? []).filter(
    ({ isReplication, isSuperuser }) => isReplication && !isSuperuser,
  );
  const isNew = !(catalog?.roles ?? []).some(({ name }) => name === USUAL_ROLE);
  const role = await askOne<string>({
    place,
    placeholder: say`As which role on ${publisherId} do ${subscriptionsOf(answer)} log in?`,
    items: [
      ...roles.map(({ name }): PickItem<string> => ({
        label: `$(account) ${name}`,
        description: say`may replicate`,
        value: name,
      })),
      ...(isNew
        ? [
            {
              label: `$(add) ${USUAL_ROLE}`,
              description: say`is made`,
              detail: say`On ${publisherId}; it may stream, and read what is published.`,
              value: USUAL_ROLE,
            },
          ]
        : []),
    ],
    isPresent: (name) => name === answer.role,
  });
  return role === null || role === 'back' ? role : { ...answer, role };
}

async function askKind(
  answer: LoginAnswer,
  place: StepPlace,
  roleExists: boolean,
): Promise<Answer<LoginAnswer>> {
  const role = answer.role ?? '';
  const { publisherId } = answer.need;
  const generate: PickItem<LoginKind> = roleExists
    ? {
        label: say`$(sync) New generated password`,
        detail: say`Others that log in as ${role} with the old one are refused.`,
        value: 'generate',
      }
    : {
        label: say`$(sparkle) Generated password`,
        description: say`32 characters that nobody has to know`,
        detail: STORED,
        value: 'generate',
      };
  const enter: PickItem<LoginKind> = {
    label: say`$(key) Password`,
    description: roleExists ? say`the one that ${role} has` : say`one that you choose`,
    detail: STORED,
    value: 'enter',
  };
  const kind = await askOne<LoginKind>({
    place,
    placeholder: say`How do ${subscriptionsOf(answer)} sign in on ${publisherId} as ${role}?`,
    items: [
      ...(roleExists ? [enter] : [generate, enter]),
      {
        label: say`$(file) Password file`,
        description: 'passfile=…',
        detail: say`On the host of each subscriber.`,
        value: 'passfile',
      },
      {
        label: say`$(unlock) No password`,
        detail: say`${publisherId} asks for none.`,
        value: 'none',
      },
      ...(roleExists ? [generate] : []),
    ],
    isPresent: (value) => value === answer.kind,
  });
  if (kind === null || kind === 'back') return kind;
  if (kind === answer.kind) return answer;
  const password = kind === 'generate' ? randomPassword() : null;
  return { ...answer, kind, password, passfile: null };
}

const STORED = say`Stored in clear in pg_subscription of each subscriber, and in its dumps.`;

async function askPassfile(answer: LoginAnswer, place: StepPlace): Promise<Answer<LoginAnswer>> {
  const passfile = await askText({
    place,
    prompt: say`Path on the host of ${listNames(nodesOf(answer))}; the operating system user of the server must be able to read it`,
    placeholder: '/var/lib/postgresql/.pgpass',
    value: answer.passfile ?? '',
    validate: needed,
  });
  return passfile === null || passfile === 'back' ? passfile : { ...answer, passfile };
}

async function askPassword(answer: LoginAnswer, place: StepPlace): Promise<Answer<LoginAnswer>> {
  const role = answer.role ?? say`the role`;
  const password = await askText({
    place,
    prompt:
      answer.kind === 'passfile'
        ? say`Password of ${role} as that file has it. The server gets a SCRAM verifier made from it, never the password.`
        : say`Password of ${role}. It is sent to each subscriber and stored there in clear, in pg_subscription; nothing of ours keeps it.`,
    // Never shown again, also not when the user comes back.
    value: '',
    isPassword: true,
    validate: needed,
  });
  return password === null || password === 'back' ? password : { ...answer, password };
}

function needed(text: string): string | null {
  return text === '' ? say`This is needed.` : null;
}

function isThere({ role }: LoginAnswer, catalog: NodeCatalog | null): boolean {
  const names = [...(catalog?.roles ?? []), ...(catalog?.checkedRoles ?? [])];
  return names.some(({ name }) => name === role);
}

function subscriptionsOf({ need }: LoginAnswer): string {
  return listNames(
    need.subscriptions.map(({ name }) => name),
    3,
  );
}

function nodesOf({ need }: LoginAnswer): readonly string[] {
  return [...new Set(need.subscriptions.map(({ nodeId }) => nodeId))];
}
