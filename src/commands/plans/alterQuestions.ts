import { planAlterSubscription } from '../../core/plan/planAlterSubscription';
import type { ConnectionTest, PlanContext } from '../../core/plan/requests';
import { say } from '../../core/say';
import type { ConnectionParams } from '../../core/topology';
import { askSteps } from '../../host/multiStep';
import { askMany, askOne, askText } from '../../host/prompts';
import type { CommandDeps } from '../commandDeps';
import { readForChange } from './changeSubscription';
import type { SubscriptionChoice } from './pickSubscription';
import { whileReading } from './progress';
import { PASSWORD_SECRET, readParams, validateAddress, writeParams } from './subscriptionAnswers';
import { SUBSCRIPTION_OPTIONS } from './subscriptionOptionChoices';
import { testConnection } from './testConnection';

/** A new connection: as a person writes it, and the password apart. */
interface NewConnection {
  readonly params: ConnectionParams;
  /** `null`: it needs none. */
  readonly password: string | null;
}

/** What of a subscription shall be otherwise. */
export interface Alteration {
  readonly publications?: readonly string[];
  readonly options?: Readonly<Record<string, boolean | string>>;
  readonly connection?: NewConnection;
}

/** Names for the description of an item. */
export function formatNames(names: readonly string[]): string {
  return names.join(', ');
}

/** Alters a subscription by a plan. A new connection is tried each time that the plan is made. */
export async function alterBy(
  deps: CommandDeps,
  title: string,
  chosen: SubscriptionChoice,
  { publications, options = {}, connection }: Alteration,
): Promise<void> {
  const { topologyId, nodeId, name } = chosen;
  const password = connection?.password ?? null;
  await deps.plans.begin(title, topologyId).carryOut({
    ...readForChange(deps, chosen),
    ...(password === null ? {} : { secrets: { [PASSWORD_SECRET]: password } }),
    plan: async (context) =>
      planAlterSubscription(
        {
          nodeId,
          name,
          publications: publications ?? null,
          options,
          enabled: null,
          connection:
            connection === undefined
              ? null
              : [
                  ...Object.entries(connection.params).map(([keyword, value]) => ({
                    keyword,
                    value,
                  })),
                  ...(password === null
                    ? []
                    : [{ keyword: 'password', value: { secret: PASSWORD_SECRET } }]),
                ],
          connectionTest: await tryIt(deps, chosen, context, connection),
        },
        context,
      ),
  });
}

async function tryIt(
  deps: CommandDeps,
  { nodeId, publisherId }: SubscriptionChoice,
  context: PlanContext,
  connection: NewConnection | undefined,
): Promise<ConnectionTest> {
  const nodes = context.topology.nodes;
  const subscriber = nodes.find(({ id }) => id === nodeId);
  const publisher = nodes.find(({ id }) => id === publisherId);
  if (connection === undefined || subscriber === undefined || publisher === undefined) {
    return { kind: 'notTried', why: say`Its publisher is not in the topology file.` };
  }
  const { params, password } = connection;
  return testConnection(
    { ...deps, whileReading },
    {
      topologyId: context.topologyId,
      subscriber,
      publisher,
      conninfo: password === null ? params : { ...params, password },
    },
  );
}

/** Asks which publications it should take. */
export async function askPublications(
  title: string,
  published: readonly string[],
  present: readonly string[],
): Promise<Alteration | null> {
  const answer = await askMany<string>({
    place: { title, step: 2, totalSteps: 2, canGoBack: false },
    placeholder: say`Which publications should it take?`,
    items: published.map((name) => ({ label: name, value: name })),
    isTicked: (name) => present.includes(name),
  });
  return answer === null || answer === 'back' ? null : { publications: answer };
}

/** Asks for the new value of one option. */
export async function askOption(
  title: string,
  key: string,
  present: boolean | string | null,
): Promise<Alteration | null> {
  const choice = SUBSCRIPTION_OPTIONS.find((each) => each.key === key);
  if (choice === undefined) return null;
  const answer = await askOne<string>({
    place: { title, step: 2, totalSteps: 2, canGoBack: false },
    placeholder: choice.detail,
    items: choice.values.map((value) => ({
      label: String(value),
      description: value === present ? say`as it is` : '',
      value: String(value),
    })),
    isPresent: (value) => value === String(present),
  });
  if (answer === null || answer === 'back') return null;
  const value = choice.values.find((each) => String(each) === answer) ?? answer;
  return { options: { [key]: value } };
}

interface ConnectionAnswers {
  readonly address: string;
  readonly password: string;
}

/**
 * Asks for the whole new connection: what the server has is not read, since it may hold a password.
 * @param needsPassword whether an empty password is no answer
 */
export async function askNewConnection(
  deps: Pick<CommandDeps, 'files'>,
  chosen: SubscriptionChoice,
  title: string,
  needsPassword: boolean,
): Promise<Alteration | null> {
  const answers = await askSteps<ConnectionAnswers>(
    title,
    [
      {
        ask: async (state, place) => {
          const address = await askText({
            place,
            prompt: say`How the server of ${chosen.nodeId} reaches ${chosen.publisherId ?? say`the publisher`}, and as whom: this replaces the present connection as a whole`,
            value: state.address,
            validate: validateNewAddress,
          });
          return address === null || address === 'back' ? address : { ...state, address };
        },
      },
      {
        ask: async (state, place) => {
          const password = await askText({
            place,
            prompt: say`Password of ${readParams(state.address)['user'] ?? say`the role`}, stored by the server of ${chosen.nodeId} in clear, in pg_subscription; nothing of ours keeps it.${needsPassword ? '' : say` Empty: it needs none, or finds it in a file of its host.`}`,
            value: '',
            isPassword: true,
            validate: (text) => (text === '' && needsPassword ? say`This is needed.` : null),
          });
          return password === null || password === 'back' ? password : { ...state, password };
        },
      },
    ],
    { address: presentAddress(deps, chosen), password: '' },
  );
  if (answers === null) return null;
  const { address, password } = answers;
  return {
    connection: {
      params: readParams(address),
      password: password === '' ? null : password,
    },
  };
}

/** Without a role the server would sign in as the user of its operating system, which nobody wants unasked. */
function validateNewAddress(text: string): string | null {
  const problem = validateAddress(text);
  if (problem !== null) return problem;
  const { user = '', service } = readParams(text);
  return user === '' && service === undefined ? say`Say as whom it signs in: user=…` : null;
}

/** As the file has it, else host, port and database of the publisher; who signs in is left to be said. */
function presentAddress(
  { files }: Pick<CommandDeps, 'files'>,
  { topologyId, nodeId, name, publisherId }: SubscriptionChoice,
): string {
  const nodes = files.find(topologyId)?.topology?.nodes ?? [];
  const declared = nodes
    .find(({ id }) => id === nodeId)
    ?.subscriptions.find((each) => each.name === name);
  if (declared?.connection) return writeParams(readParams(declared.connection));
  const publisher = nodes.find(({ id }) => id === publisherId)?.connection ?? {};
  const keywords = ['host', 'port', 'dbname'];
  const address = writeParams(
    Object.fromEntries(Object.entries(publisher).filter(([keyword]) => keywords.includes(keyword))),
  );
  return `${address} user=`.trimStart();
}
