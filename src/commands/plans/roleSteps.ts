import { QuickPickItemKind } from 'vscode';
import { identifierBytes, MAX_IDENTIFIER_BYTES } from '../../core/sql';
import { hasInvisible } from '../../core/visibleText';
import { saslPrep } from '../../core/saslPrep';
import type { RoleDuty } from '../../core/plan/roles/replicationRole';
import { isSameTable, isWritableTarget } from '../../core/plan/tableLookup';
import { formatTableName } from '../../core/tableName';
import type { NodeCatalog } from '../../core/plan/nodeCatalog';
import { say } from '../../core/say';
import type { TableName } from '../../core/topology';
import { askMany, askOne, askText, type PickItem } from '../../host/prompts';
import type { Answer, Step, StepPlace } from '../../host/multiStep';
import type { CommandDeps } from '../commandDeps';
import type { CatalogSource } from './catalogSource';
import { askNode, takesChanges, type NodeChoice } from './pickNode';

/** What is asked about a role, as far as it was answered. */
export interface RoleAnswers {
  readonly given: NodeChoice | null;
  readonly topologyId: string | null;
  readonly node: NodeChoice | null;
  readonly duties: readonly RoleDuty[];
  readonly tables: readonly TableName[] | null;
  readonly name: string | null;
  readonly passwordKind: 'made' | 'typed' | 'none' | null;
  readonly password: string | null;
}

const DUTIES: readonly PickItem<RoleDuty>[] = [
  {
    label: say`Replication`,
    description: say`subscriptions and standbys sign in as it`,
    value: 'replication',
  },
  { label: say`Monitor`, description: say`this extension watches as it`, value: 'monitor' },
  {
    label: say`Subscriber`,
    description: say`makes subscriptions on this node (16 and newer)`,
    value: 'subscriber',
  },
  { label: say`Drainer`, description: say`queued writes are applied as it`, value: 'drainer' },
];

/** Node, duties, tables, name, password. */
export function roleSteps(
  deps: Pick<CommandDeps, 'monitor' | 'clock' | 'runCommand'>,
  source: CatalogSource,
): readonly Step<RoleAnswers>[] {
  return [
    {
      applies: ({ given }) => given === null,
      ask: async (state, place) => {
        const node = await askNode(deps, place, {
          placeholder: say`On which node?`,
          lack: say`a role is made where changes are taken, and every node is a standby.`,
          fits: takesChanges,
          topologyId: state.topologyId,
          present: state.node,
        });
        if (node === null || node === 'back') return node;
        return { ...state, node, tables: null };
      },
    },
    { ask: askDuties },
    {
      applies: needsTables,
      ask: async (state, place) => {
        const catalog = state.node === null ? null : await source.catalog(state.node);
        return catalog === null ? null : askTables(state, place, catalog);
      },
    },
    { ask: askName },
    { ask: askPasswordKind },
    { applies: ({ passwordKind }) => passwordKind === 'typed', ask: askPassword },
  ];
}

export function needsTables({ duties }: Pick<RoleAnswers, 'duties'>): boolean {
  return duties.includes('replication') || duties.includes('drainer');
}

async function askDuties(state: RoleAnswers, place: StepPlace): Promise<Answer<RoleAnswers>> {
  const duties = await askMany<RoleDuty>({
    place,
    placeholder: say`What is the role for?`,
    items: DUTIES,
    isTicked: (duty) => state.duties.includes(duty),
  });
  return duties === null || duties === 'back' ? duties : { ...state, duties };
}

async function askTables(
  state: RoleAnswers,
  place: StepPlace,
  catalog: NodeCatalog,
): Promise<Answer<RoleAnswers>> {
  const published = catalog.publications.flatMap(({ tables }) => tables);
  const isPublished = (table: TableName) => published.some((one) => isSameTable(one, table));
  const present = state.tables ?? catalog.relations.filter(isPublished);
  const offered = catalog.relations.filter(
    (relation) => isWritableTarget(relation) && relation.persistence !== 'temporary',
  );
  const items = [...offered]
    .sort((a, b) => Number(isPublished(b)) - Number(isPublished(a)))
    .map((table): PickItem<TableName> => ({
      label: formatTableName(table),
      description: isPublished(table) ? say`published` : '',
      value: { schema: table.schema, name: table.name },
    }));
  const separator: PickItem<TableName> = {
    label: say`Tables`,
    kind: QuickPickItemKind.Separator,
    value: null,
  };
  const tables = await askMany<TableName>({
    place,
    placeholder: state.duties.includes('drainer')
      ? say`Which tables may it read and write?`
      : say`Which tables may it read?`,
    items: [separator, ...items],
    isTicked: (table) => present.some((one) => isSameTable(one, table)),
  });
  return tables === null || tables === 'back' ? tables : { ...state, tables };
}

async function askName(state: RoleAnswers, place: StepPlace): Promise<Answer<RoleAnswers>> {
  const [duty] = state.duties;
  const name = await askText({
    place,
    prompt: say`Name of the role. One that exists gets what it lacks`,
    placeholder: say`At most 63 bytes`,
    value: state.name ?? (duty === 'monitor' ? 'monitor' : `${duty ?? 'replication'}_user`),
    validate: validateRoleName,
  });
  return name === null || name === 'back' ? name : { ...state, name };
}

/** Says what is wrong with the name of a role; `null` when nothing is. */
export function validateRoleName(text: string): string | null {
  if (text === '') return say`A name is needed.`;
  if (hasInvisible(text)) return say`It holds characters that nobody can see.`;
  if (text.startsWith('pg_')) return say`Names that begin with pg_ are reserved (42939).`;
  const bytes = identifierBytes(text);
  if (bytes <= MAX_IDENTIFIER_BYTES) return null;
  return say`Postgres cuts names after ${MAX_IDENTIFIER_BYTES} bytes. This one has ${bytes}.`;
}

async function askPasswordKind(state: RoleAnswers, place: StepPlace): Promise<Answer<RoleAnswers>> {
  const passwordKind = await askOne<NonNullable<RoleAnswers['passwordKind']>>({
    place,
    placeholder: say`Which password?`,
    items: [
      {
        label: say`$(sparkle) Generated password`,
        detail: say`Put into the clipboard once the role is there.`,
        value: 'made',
      },
      {
        label: say`$(key) Password`,
        description: say`one that you choose`,
        detail: say`The server gets a SCRAM verifier alone.`,
        value: 'typed',
      },
      {
        label: say`$(unlock) No password`,
        detail: say`It signs in by certificate, peer or trust.`,
        value: 'none',
      },
    ],
    isPresent: (kind) => kind === state.passwordKind,
  });
  if (passwordKind === null || passwordKind === 'back') return passwordKind;
  return { ...state, passwordKind, password: null };
}

async function askPassword(state: RoleAnswers, place: StepPlace): Promise<Answer<RoleAnswers>> {
  const password = await askText({
    place,
    prompt: say`Password of ${state.name ?? say`the role`}. It does not leave this machine`,
    placeholder: '',
    value: '',
    isPassword: true,
    validate: validatePassword,
  });
  return password === null || password === 'back' ? password : { ...state, password };
}

/** Says what is wrong with a password; `null` when nothing is. Clients differ in what they make of some characters. */
export function validatePassword(text: string): string | null {
  if (text === '') return say`This is needed.`;
  if (hasInvisible(text) || saslPrep(text) !== text) {
    return say`It holds characters that clients do not all send alike.`;
  }
  return null;
}
