import { say } from '../say';
import { escapeLiteral } from '../sql';
import { isSlotName } from '../slotName';
import type { Finding } from './finding';
import { errorFinding, noteFinding, warningFinding } from './findingParts';
import { majorOf } from './nodeFindings';
import type { CatalogSubscription, NodeCatalog } from './nodeCatalog';
import { optionFindings, optionSql } from './subscriptionOptions';

/** Options that shall be other than they are. */
export interface OptionChange {
  /** Changed while it runs. */
  readonly running: Readonly<Record<string, boolean | string>>;
  /** Only while it is disabled, and by asking the publisher: `failover`, `twoPhase`. */
  readonly disabled: Readonly<Record<string, boolean | string>>;
  /** `undefined`: the slot stays as it is; `null`: NONE. */
  readonly slotName: string | null | undefined;
}

/** Neither an option of the server nor changed by SET: said by members of the request, or only when it is created. */
const NOT_SET: ReadonlySet<string> = new Set([
  'enabled',
  'createSlot',
  'copyData',
  'expect',
  'slotName',
]);

const WHILE_DISABLED: ReadonlySet<string> = new Set(['failover', 'twoPhase']);

/** What differs between what is wished and what the catalog says; what is not wished stays. */
export function optionChangeOf(
  wished: Readonly<Record<string, unknown>>,
  subscription: CatalogSubscription,
): OptionChange {
  const running: Record<string, boolean | string> = {};
  const disabled: Record<string, boolean | string> = {};
  for (const [key, value] of Object.entries(wished)) {
    const now = subscription.options[key];
    const wanted = plainValue(key, value);
    if (NOT_SET.has(key) || wanted === null || now === undefined || now === wanted) continue;
    (WHILE_DISABLED.has(key) ? disabled : running)[key] = wanted;
  }
  const slot = wished['slotName'];
  const isSlot = slot === null || typeof slot === 'string';
  return {
    running,
    disabled,
    slotName: isSlot && slot !== subscription.slotName ? slot : undefined,
  };
}

/** Whether a change asks for a subscription that is disabled. */
export function needsDisabled({ disabled, slotName }: OptionChange): boolean {
  return Object.keys(disabled).length > 0 || slotName !== undefined;
}

/** `SET (…)` of these options. */
export function setClause(options: Readonly<Record<string, boolean | string>>): string {
  return `SET (${optionSql(options).join(', ')})`;
}

/** `SET (slot_name = …)`. */
export function slotClause(slotName: string | null): string {
  return `SET (slot_name = ${slotName === null ? 'NONE' : escapeLiteral(slotName)})`;
}

/** One boolean expression over `pg_subscription AS s`: these options are so. */
export function optionsHold(options: Readonly<Record<string, boolean | string>>): string {
  return Object.entries(options)
    .map(([key, value]) => {
      if (key === 'twoPhase') return `(s.subtwophasestate <> 'd') = ${String(value)}`;
      if (key === 'streaming') {
        // A boolean before 16, a letter since.
        const letters = { true: ['t', 'true'], false: ['f', 'false'] } as const;
        const fits = value === 'parallel' ? ['p'] : letters[value === true ? 'true' : 'false'];
        return `s.substream::pg_catalog.text IN (${fits.map((each) => escapeLiteral(each)).join(', ')})`;
      }
      const column = COLUMNS[key] ?? key;
      return `s.${column} = ${typeof value === 'boolean' ? String(value) : escapeLiteral(value)}`;
    })
    .join(' AND ');
}

/** What speaks against changing these. */
export function optionChangeFindings(
  wished: Readonly<Record<string, unknown>>,
  change: OptionChange,
  subscription: CatalogSubscription,
  catalog: NodeCatalog,
  publisher: NodeCatalog | null,
): readonly Finding[] {
  const { nodeId, role } = catalog;
  const { name } = subscription;
  const findings: Finding[] = [...optionFindings(wished, catalog)];
  if (change.disabled['twoPhase'] !== undefined && majorOf(catalog) < 18) {
    findings.push(
      errorFinding(
        'unsupportedOption',
        nodeId,
        say`${nodeId} runs Postgres ${majorOf(catalog)}: "twoPhase" of an existing subscription can be changed from 18 on.`,
        say`Leave it as it is, or drop ${name} and create it anew.`,
      ),
    );
  }
  if (change.running['passwordRequired'] === false && !role.isSuperuser) {
    findings.push(
      errorFinding(
        'privilege',
        nodeId,
        say`Only a superuser may set "passwordRequired" of ${name} to false (42501).`,
        say`Name a superuser as "adminUser" in the file.`,
      ),
    );
  }
  if (change.running['origin'] === 'none' && !subscriptionIsEmpty(subscription)) {
    findings.push(
      noteFinding(
        'subscriberLacks',
        nodeId,
        say`From now on ${name} takes only what was written on its publisher itself; rows that came to the publisher from elsewhere and are here already stay.`,
      ),
    );
  }
  return [...findings, ...slotChangeFindings(change.slotName, name, nodeId, publisher)];
}

const COLUMNS: Readonly<Record<string, string>> = {
  binary: 'subbinary',
  synchronousCommit: 'subsynccommit',
  disableOnError: 'subdisableonerr',
  passwordRequired: 'subpasswordrequired',
  runAsOwner: 'subrunasowner',
  origin: 'suborigin',
  failover: 'subfailover',
};

/** As the catalog says it; `null` for what is no value of an option. */
function plainValue(key: string, value: unknown): boolean | string | null {
  if (key === 'streaming' && (value === 'on' || value === 'off')) return value === 'on';
  return typeof value === 'boolean' || typeof value === 'string' ? value : null;
}

function subscriptionIsEmpty({ tables }: CatalogSubscription): boolean {
  return tables.length === 0;
}

function slotChangeFindings(
  slotName: string | null | undefined,
  subscription: string,
  nodeId: string,
  publisher: NodeCatalog | null,
): readonly Finding[] {
  if (slotName === undefined) return [];
  if (slotName === null) {
    return [
      warningFinding(
        'notFound',
        nodeId,
        say`Without a slot ${subscription} takes nothing and cannot be enabled; its slot stays on the publisher and keeps WAL.`,
      ),
    ];
  }
  if (!isSlotName(slotName)) {
    return [
      errorFinding(
        'illegalName',
        nodeId,
        say`${slotName === '' ? say`An empty name` : slotName} cannot name a replication slot: it takes a-z, 0-9 and _, at most 63 characters.`,
      ),
    ];
  }
  const slot = publisher?.slots.find(({ name }) => name === slotName);
  if (publisher === null || slot !== undefined) return [];
  return [
    errorFinding(
      'notFound',
      publisher.nodeId,
      say`${publisher.nodeId} has no slot ${slotName}: ${subscription} would connect again and again and take nothing.`,
      say`Name a slot that is there.`,
    ),
  ];
}
