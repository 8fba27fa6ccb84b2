import { say } from '../../core/say';
import { askOne, askText, type PickItem } from '../../host/prompts';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import type { CatalogSource } from './catalogSource';
import { readParams, type SignIn, type SubscriptionAnswers } from './subscriptionAnswers';

type Reply = Promise<Answer<SubscriptionAnswers>>;

const OTHER = 'other';

/** As whom, and with what, the subscriber's server signs in at the publisher. Only a password is a secret; it comes last. */
export function signInSteps(source: CatalogSource): readonly Step<SubscriptionAnswers>[] {
  const hasUser = (state: SubscriptionAnswers) => declaredParams(state)['user'] !== undefined;
  const hasSignIn = (state: SubscriptionAnswers) =>
    ['passfile', 'service', 'sslcert'].some(
      (keyword) => declaredParams(state)[keyword] !== undefined,
    );
  return [
    {
      applies: (state) => !hasUser(state),
      ask: async (state, place) => askUser(state, place, source),
    },
    {
      applies: (state) => !hasUser(state) && state.chosenUser === OTHER,
      ask: async (state, place) => askOtherUser(state, place),
    },
    {
      applies: (state) => !hasSignIn(state),
      ask: async (state, place) => askSignIn(state, place),
    },
    {
      applies: (state) => !hasSignIn(state) && detailOf(state.signInKind) !== null,
      ask: async (state, place) => askDetail(state, place),
    },
    {
      applies: (state) => !hasSignIn(state) && state.signInKind === 'certificate',
      ask: async (state, place) => askKey(state, place),
    },
  ];
}

function declaredParams({ declared }: SubscriptionAnswers) {
  const connection = declared === null || declared === 'new' ? null : declared.connection;
  return connection === null ? {} : readParams(connection);
}

async function askUser(state: SubscriptionAnswers, place: StepPlace, source: CatalogSource): Reply {
  const { publisher, address } = state;
  const catalog = publisher === null ? null : await source.catalog(publisher);
  if (catalog === null) return null;
  const written = readParams(address ?? '')['user'];
  const roles = catalog.roles
    .filter(({ isReplication, isSuperuser }) => isReplication || isSuperuser)
    .toSorted((a, b) => Number(a.isSuperuser) - Number(b.isSuperuser));
  const chosenUser = await askOne<string>({
    place,
    placeholder: say`As which role on ${catalog.nodeId}?`,
    items: [
      ...roles.map(({ name, isSuperuser }): PickItem<string> => ({
        label: `$(account) ${name}`,
        description: isSuperuser
          ? say`superuser · more than a subscription needs`
          : say`may replicate`,
        value: name,
      })),
      { label: say`$(edit) Another role…`, value: OTHER },
    ],
    isPresent: (name) => name === (state.chosenUser ?? written),
  });
  if (chosenUser === null || chosenUser === 'back') return chosenUser;
  return { ...state, chosenUser, user: chosenUser === OTHER ? state.user : chosenUser };
}

async function askOtherUser(state: SubscriptionAnswers, place: StepPlace): Reply {
  const user = await askText({
    place,
    prompt: say`A role on ${state.publisher?.nodeId ?? say`the publisher`} that may log in and replicate, and read what is published`,
    value: state.user ?? readParams(state.address ?? '')['user'] ?? '',
    validate: (text) => (text === '' ? say`A role is needed.` : null),
  });
  return user === null || user === 'back' ? user : { ...state, user };
}

async function askSignIn(state: SubscriptionAnswers, place: StepPlace): Reply {
  const subscriber = state.node?.nodeId ?? say`the subscriber`;
  const signInKind = await askOne<SignIn['kind']>({
    place,
    placeholder: say`How does the server of ${subscriber} sign in?`,
    items: [
      {
        label: say`$(file) Password file`,
        description: 'passfile=…',
        detail: say`On the host of ${subscriber}.`,
        value: 'passfile',
      },
      {
        label: say`$(file) Service`,
        description: 'service=…',
        detail: say`Of the service file on the host of ${subscriber}.`,
        value: 'service',
      },
      {
        label: say`$(verified) Client certificate`,
        description: 'sslcert=… and sslkey=…',
        detail: say`On the host of ${subscriber}.`,
        value: 'certificate',
      },
      {
        label: say`$(unlock) No password`,
        detail: say`${state.publisher?.nodeId ?? say`The publisher`} asks for none.`,
        value: 'none',
      },
      {
        label: say`$(key) Password`,
        description: say`stored in clear on ${subscriber}`,
        detail: say`In pg_subscription, readable by superusers and pg_read_all_data, and in dumps.`,
        value: 'password',
      },
    ],
    isPresent: (kind) => kind === state.signInKind,
  });
  if (signInKind === null || signInKind === 'back') return signInKind;
  const signIn: SignIn | null =
    signInKind === 'none'
      ? { kind: 'none' }
      : signInKind === state.signInKind
        ? state.signIn
        : null;
  return { ...state, signInKind, signIn };
}

interface Detail {
  readonly prompt: (subscriber: string, user: string) => string;
  readonly placeholder: string;
  readonly read: (signIn: SignIn | null) => string;
  readonly make: (text: string) => SignIn;
}

const DETAILS: Partial<Readonly<Record<SignIn['kind'], Detail>>> = {
  passfile: {
    prompt: (subscriber) =>
      say`Path on the host of ${subscriber}; the operating system user of its server must be able to read it`,
    placeholder: '/var/lib/postgresql/.pgpass',
    read: (signIn) => (signIn?.kind === 'passfile' ? signIn.path : ''),
    make: (path) => ({ kind: 'passfile', path }),
  },
  service: {
    prompt: (subscriber) => say`Name of a service in the service file on the host of ${subscriber}`,
    placeholder: 'central',
    read: (signIn) => (signIn?.kind === 'service' ? signIn.name : ''),
    make: (name) => ({ kind: 'service', name }),
  },
  certificate: {
    prompt: (subscriber) => say`Path of the certificate on the host of ${subscriber}`,
    placeholder: '/var/lib/postgresql/.postgresql/postgresql.crt',
    read: (signIn) => (signIn?.kind === 'certificate' ? signIn.certificate : ''),
    make: (certificate) => ({ kind: 'certificate', certificate, key: '' }),
  },
  password: {
    prompt: (subscriber, user) =>
      say`Password of ${user}. It is sent once and stored by the server of ${subscriber} in clear, in pg_subscription; nothing of ours keeps it.`,
    placeholder: '',
    // Never shown again, also not when the user comes back.
    read: () => '',
    make: (password) => ({ kind: 'password', password }),
  },
};

function detailOf(kind: SignIn['kind'] | null): Detail | null {
  return kind === null ? null : (DETAILS[kind] ?? null);
}

async function askDetail(state: SubscriptionAnswers, place: StepPlace): Reply {
  const detail = detailOf(state.signInKind);
  if (detail === null) return state;
  const text = await askText({
    place,
    prompt: detail.prompt(state.node?.nodeId ?? say`the subscriber`, state.user ?? say`the role`),
    placeholder: detail.placeholder,
    value: detail.read(state.signIn),
    isPassword: state.signInKind === 'password',
    validate: (given) => (given === '' ? say`This is needed.` : null),
  });
  return text === null || text === 'back' ? text : { ...state, signIn: detail.make(text) };
}

async function askKey(state: SubscriptionAnswers, place: StepPlace): Reply {
  const { signIn } = state;
  if (signIn?.kind !== 'certificate') return state;
  const key = await askText({
    place,
    prompt: say`Path of its key on the host of ${state.node?.nodeId ?? say`the subscriber`}`,
    placeholder: '/var/lib/postgresql/.postgresql/postgresql.key',
    value: signIn.key,
    validate: (given) => (given === '' ? say`This is needed.` : null),
  });
  return key === null || key === 'back' ? key : { ...state, signIn: { ...signIn, key } };
}
