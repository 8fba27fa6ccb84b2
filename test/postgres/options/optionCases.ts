import type {
  CreatePublicationRequest,
  CreateSubscriptionRequest,
} from '../../../src/core/plan/requests';

/** One value of one option: what asks for it, and what a server's catalog says then. */
export interface OptionCase<Asked> {
  /** Name in the file. */
  readonly option: string;
  /** The value, for a title. */
  readonly says: string;
  /** First version that has it; written down here from the servers' own documentation. */
  readonly since: number;
  /** First version that has it at all, where it can be changed only from `since` on: an older one names this. */
  readonly madeSince?: number;
  readonly asked: Asked;
  /** Expression over `pg_publication AS p` or `pg_subscription AS s`, and its value as text. */
  readonly sql: string;
  readonly value: string;
  /** How a refusal names it, and what an older server says when it is asked all the same. */
  readonly named: RegExp;
  readonly saidByServer: RegExp;
}

const EVERYWHERE = { since: 14, named: /^$/u, saidByServer: /^$/u } as const;
const SYNTAX = /syntax error/u;

function publication(
  option: string,
  says: string,
  asked: Partial<CreatePublicationRequest>,
  sql: string,
  value: string,
  version: Pick<OptionCase<unknown>, 'since' | 'named' | 'saidByServer'> = EVERYWHERE,
): OptionCase<Partial<CreatePublicationRequest>> {
  return { option, says, asked, sql, value, ...version };
}

const ITEM = { schema: 'public', name: 'item', columns: null, rowFilter: null };
const OPERATIONS = `p.pubinsert || ' ' || p.pubupdate || ' ' || p.pubdelete || ' ' || p.pubtruncate`;
const MEMBER = 'FROM pg_publication_rel AS r WHERE r.prpubid = p.oid';

export const PUBLICATION_OPTIONS: readonly OptionCase<Partial<CreatePublicationRequest>>[] = [
  publication('allTables', 'true', { allTables: true, tables: [] }, 'p.puballtables', 'true'),
  publication('tables', 'one', {}, `SELECT r.prrelid::regclass ${MEMBER}`, 'item'),
  publication(
    'schemas',
    'one',
    { schemas: ['shop'], tables: [] },
    `SELECT n.nspname FROM pg_publication_namespace AS m JOIN pg_namespace AS n ON n.oid = m.pnnspid WHERE m.pnpubid = p.oid`,
    'shop',
    { since: 15, named: /publishing schemas/u, saidByServer: SYNTAX },
  ),
  publication(
    'operations',
    'insert',
    { operations: ['insert'] },
    OPERATIONS,
    'true false false false',
  ),
  publication(
    'operations',
    'all but insert',
    { operations: ['update', 'delete', 'truncate'] },
    OPERATIONS,
    'false true true true',
  ),
  publication('viaPartitionRoot', 'true', { viaPartitionRoot: true }, 'p.pubviaroot', 'true'),
  publication('generatedColumns', 'stored', { generatedColumns: 'stored' }, 'p.pubgencols', 's', {
    since: 18,
    named: /publish_generated_columns/u,
    saidByServer: /unrecognized publication parameter: "publish_generated_columns"/u,
  }),
  publication(
    'tables.columns',
    'a list',
    { tables: [{ ...ITEM, columns: ['id'] }] },
    `SELECT r.prattrs ${MEMBER}`,
    '1',
    { since: 15, named: /a column list/u, saidByServer: SYNTAX },
  ),
  publication(
    'tables.where',
    'a filter',
    { tables: [{ ...ITEM, rowFilter: 'id > 10' }] },
    `SELECT pg_get_expr(r.prqual, r.prrelid) ${MEMBER}`,
    '(id > 10)',
    { since: 15, named: /a row filter/u, saidByServer: SYNTAX },
  ),
];

type SubscriptionAsked = Partial<
  Pick<CreateSubscriptionRequest, 'options' | 'copyData' | 'slotName' | 'usesExistingSlot'>
>;

function subscription(
  option: string,
  says: string | boolean,
  sql: string,
  value: string,
  since = 14,
): OptionCase<SubscriptionAsked> {
  return {
    option,
    says: String(says),
    asked: { options: { [option]: says } },
    sql,
    value,
    since,
    named: new RegExp(says === 'parallel' ? 'streaming "parallel"' : `"${option}"`, 'u'),
    saidByServer: /unrecognized subscription parameter|requires a Boolean value/u,
  };
}

/** What is said by a member of the request, not among the options. */
function member(
  option: string,
  says: string,
  asked: SubscriptionAsked,
  sql: string,
  value: string,
): OptionCase<SubscriptionAsked> {
  return { option, says, asked, sql, value, ...EVERYWHERE };
}

const TABLE_STATE = `SELECT r.srsubstate FROM pg_subscription_rel AS r WHERE r.srsubid = s.oid`;

export const SUBSCRIPTION_OPTIONS: readonly OptionCase<SubscriptionAsked>[] = [
  subscription('enabled', false, 's.subenabled', 'false'),
  subscription('enabled', true, 's.subenabled', 'true'),
  subscription('binary', true, 's.subbinary', 'true'),
  subscription('streaming', true, `s.substream::text IN ('t', 'true')`, 'true'),
  subscription('streaming', false, `s.substream::text IN ('f', 'false')`, 'true'),
  subscription('streaming', 'on', `s.substream::text IN ('t', 'true')`, 'true'),
  subscription('streaming', 'parallel', `s.substream`, 'p', 16),
  ...['on', 'local', 'remote_write', 'remote_apply'].map((value) =>
    subscription('synchronousCommit', value, 's.subsynccommit', value),
  ),
  subscription('twoPhase', true, `s.subtwophasestate <> 'd'`, 'true', 15),
  subscription('disableOnError', true, 's.subdisableonerr', 'true', 15),
  subscription('passwordRequired', false, 's.subpasswordrequired', 'false', 16),
  subscription('runAsOwner', true, 's.subrunasowner', 'true', 16),
  subscription('origin', 'none', 's.suborigin', 'none', 16),
  subscription('origin', 'any', 's.suborigin', 'any', 16),
  subscription('failover', true, 's.subfailover', 'true', 17),
  member('copyData', 'false', { copyData: false }, TABLE_STATE, 'r'),
  member('copyData', 'true', { copyData: true }, TABLE_STATE, 'i'),
  member('slotName', 'another', { slotName: 'another_slot' }, 's.subslotname', 'another_slot'),
  member(
    'createSlot',
    'false',
    { slotName: 'made_before', usesExistingSlot: true },
    's.subslotname',
    'made_before',
  ),
];

function altered(
  option: string,
  value: string | boolean,
  sql: string,
  since = 14,
): OptionCase<Readonly<Record<string, string | boolean>>> {
  const { asked, ...rest } = subscription(option, value, sql, 'true', since);
  return { ...rest, asked: asked.options === undefined ? {} : { [option]: value } };
}

/** What can be changed later; `twoPhase` could be chosen three versions earlier than it could be changed. */
export const ALTERED_OPTIONS: readonly OptionCase<Readonly<Record<string, string | boolean>>>[] = [
  altered('binary', true, 's.subbinary'),
  altered('streaming', 'parallel', `s.substream::text = 'p'`, 16),
  altered('synchronousCommit', 'local', `s.subsynccommit = 'local'`),
  altered('disableOnError', true, 's.subdisableonerr', 15),
  altered('passwordRequired', false, 'NOT s.subpasswordrequired', 16),
  altered('runAsOwner', true, 's.subrunasowner', 16),
  altered('origin', 'none', `s.suborigin = 'none'`, 16),
  altered('failover', true, 's.subfailover', 17),
  { ...altered('twoPhase', true, `s.subtwophasestate <> 'd'`, 18), madeSince: 15 },
];
