import { say } from '../say';
import { escapeIdentifier, escapeLiteral } from '../sql';
import { optionsHold, setClause, slotClause } from './alterSubscriptionOptions';
import { listNames } from './findingParts';
import type { CatalogSubscription } from './nodeCatalog';
import type { PlanCondition, PlanStep } from './plan';
import type { SubscriptionRequest } from './requests';
import { sqlStatement, type ConninfoItem, type PlanStatement } from './sqlText';

/** The publisher is asked, which may take its time. */
const ASKS_PUBLISHER_MS = 60_000;
/** A worker that is told to stop finishes what it applies. */
const WORKER_STOPS_MS = 60_000;

type Options = Readonly<Record<string, boolean | string>>;

/** Builds the steps of one change of one subscription. */
export class AlterSubscriptionSteps {
  readonly #nodeId: string;
  readonly #name: string;
  readonly #quoted: string;
  /** As it is called in sentences. */
  readonly #publisher: string;

  /** @param publisherId `null`: nobody knows where it comes from */
  constructor(
    { nodeId, name }: SubscriptionRequest,
    private readonly subscription: CatalogSubscription,
    private readonly publisherId: string | null,
  ) {
    this.#nodeId = nodeId;
    this.#name = name;
    this.#quoted = escapeIdentifier(name);
    this.#publisher = publisherId ?? say`the publisher`;
  }

  /** @param waits until its worker has stopped, as some changes ask */
  disable(waits: boolean): PlanStep {
    return this.#step({
      title: say`Disable subscription ${this.#name}`,
      effect: say`${this.#name} stops taking changes; ${this.#publisher} keeps WAL for it until it is enabled again.`,
      risk: 'interrupts',
      statements: [this.#alter('DISABLE')],
      effectCheck: this.#holds(`NOT s.subenabled`, say`is still enabled`),
      settle: waits
        ? {
            sql: `SELECT NOT EXISTS (SELECT FROM pg_catalog.pg_stat_subscription AS w WHERE w.subname = ${escapeLiteral(this.#name)} AND w.pid IS NOT NULL)`,
            otherwise: say`A worker of ${this.#name} on ${this.#nodeId} still runs. It may wait for a lock, or apply a large transaction.`,
            limitMs: WORKER_STOPS_MS,
          }
        : null,
      undo: [this.#alter('ENABLE')],
    });
  }

  enable(): PlanStep {
    return this.#step({
      title: say`Enable subscription ${this.#name}`,
      effect: say`${this.#name} connects to ${this.#publisher} and takes what has waited there.`,
      statements: [this.#alter('ENABLE')],
      effectCheck: this.#holds('s.subenabled', say`is not enabled`),
      undo: [this.#alter('DISABLE')],
      // What is taken back before it may need its worker to be gone.
      undoStep: this.disable(true),
    });
  }

  connection(items: readonly ConninfoItem[]): PlanStep {
    return this.#step({
      title: say`Change the connection of ${this.#name}`,
      effect: say`${this.#name} connects to ${this.#publisher} anew, with the new address and sign-in.`,
      risk: 'interrupts',
      statements: [
        { parts: [`ALTER SUBSCRIPTION ${this.#quoted}\n  CONNECTION `, { conninfo: items }] },
      ],
      undoNote: say`The connection before is read by nobody here, since it may hold a password: to go back, give it again.`,
    });
  }

  options(changed: Options): PlanStep {
    const before = this.#before(changed);
    return this.#step({
      title: say`Set ${listNames(Object.keys(changed))} of ${this.#name}`,
      effect: say`The apply worker of ${this.#name} starts anew with the new options.`,
      risk: 'interrupts',
      statements: [this.#alter(setClause(changed))],
      effectCheck: this.#holds(optionsHold(changed), say`has other options`),
      undo: [this.#alter(setClause(before))],
    });
  }

  /** One of those that are changed while it is disabled: the slot on the publisher is changed with it. */
  slotOption(key: string, value: boolean | string): PlanStep {
    const changed = { [key]: value };
    return this.#step({
      ...(this.publisherId === null ? {} : { alsoChanges: [this.publisherId] }),
      title: say`Set ${key} of ${this.#name}`,
      effect: say`Changes the slot on ${this.#publisher} as well.`,
      statements: [this.#alter(setClause(changed))],
      statementLimitMs: ASKS_PUBLISHER_MS,
      effectCheck: this.#holds(optionsHold(changed), say`has another value`),
      undo: [this.#alter(setClause(this.#before(changed)))],
      undoNote: say`It can be taken back only while ${this.#name} is disabled.`,
    });
  }

  slot(slotName: string | null): PlanStep {
    const { slotName: before } = this.subscription;
    return this.#step({
      title: say`Set the slot of ${this.#name}`,
      effect:
        slotName === null
          ? say`${this.#name} lets go of its slot ${before ?? ''}, which stays on ${this.#publisher} and keeps WAL.`
          : say`${this.#name} reads the slot ${slotName} from now on${before === null ? '' : say`; ${before} stays on ${this.#publisher} and keeps WAL`}.`,
      risk: 'interrupts',
      statements: [this.#alter(slotClause(slotName))],
      effectCheck: this.#holds(
        slotName === null ? 's.subslotname IS NULL' : `s.subslotname = ${escapeLiteral(slotName)}`,
        say`has another slot`,
      ),
      undo: [this.#alter(slotClause(before))],
    });
  }

  /**
   * @param refresh whether its tables follow at once: `null`, not yet; else whether those that are new are copied
   */
  publications(
    publications: readonly string[],
    refresh: { readonly copies: boolean } | null,
  ): PlanStep {
    const list = (names: readonly string[]): string => names.map(escapeIdentifier).join(', ');
    const tail =
      refresh === null
        ? ' WITH (refresh = false)'
        : refresh.copies
          ? ''
          : ' WITH (copy_data = false)';
    return this.#step({
      title: say`Set the publications of ${this.#name}`,
      effect:
        refresh === null
          ? say`${this.#name} takes ${listNames(publications)} once it is refreshed.`
          : say`${this.#name} takes the tables of ${listNames(publications)}; ${refresh.copies ? say`copying of those that are new starts and goes on by itself` : say`rows that are in new ones already are not copied`}.`,
      statements: [this.#alter(`SET PUBLICATION ${list(publications)}${tail}`)],
      statementLimitMs: ASKS_PUBLISHER_MS,
      effectCheck: this.#holds(
        `s.subpublications @> ARRAY[${publications.map((each) => escapeLiteral(each)).join(', ')}]::pg_catalog.text[]
       AND pg_catalog.cardinality(s.subpublications) = ${publications.length}`,
        say`has other publications`,
      ),
      undo:
        refresh === null
          ? [
              this.#alter(
                `SET PUBLICATION ${list(this.subscription.publications)} WITH (refresh = false)`,
              ),
            ]
          : [this.#alter(`SET PUBLICATION ${list(this.subscription.publications)}`)],
      undoNote:
        refresh === null ? null : say`Rows that were copied stay in the tables of ${this.#nodeId}.`,
    });
  }

  refresh(copies: boolean): PlanStep {
    return this.#step({
      title: say`Refresh subscription ${this.#name}`,
      effect: say`${this.#name} takes the tables of its publications; ${copies ? say`copying of those that are new starts and goes on by itself` : say`rows that are in new ones already are not copied`}.`,
      statements: [this.#alter(`REFRESH PUBLICATION${copies ? '' : ' WITH (copy_data = false)'}`)],
      statementLimitMs: ASKS_PUBLISHER_MS,
      undoNote: say`A refresh cannot be taken back by itself. Rows that were copied stay in the tables of ${this.#nodeId}.`,
    });
  }

  #before(changed: Options): Options {
    const { options } = this.subscription;
    return Object.fromEntries(
      Object.keys(changed).flatMap((key) => {
        const value = options[key];
        return value === undefined ? [] : [[key, value]];
      }),
    );
  }

  #alter(clause: string): PlanStatement {
    return sqlStatement(`ALTER SUBSCRIPTION ${this.#quoted} ${clause}`);
  }

  #holds(condition: string, otherwise: string): PlanCondition {
    return {
      sql: `SELECT EXISTS (SELECT FROM pg_catalog.pg_subscription AS s
      JOIN pg_catalog.pg_database AS d ON d.oid = s.subdbid
     WHERE d.datname = pg_catalog.current_database() AND s.subname = ${escapeLiteral(this.#name)}
       AND ${condition})`,
      otherwise: say`${this.#name} on ${this.#nodeId} ${otherwise}.`,
    };
  }

  #step(step: Pick<PlanStep, 'title' | 'effect' | 'statements'> & Partial<PlanStep>): PlanStep {
    return {
      nodeId: this.#nodeId,
      risk: 'safe',
      // Several of them refuse a transaction (25001); none needs one.
      isTransactional: false,
      statementLimitMs: null,
      precondition: null,
      effectCheck: null,
      settle: null,
      undo: [],
      undoNote: null,
      ...step,
    };
  }
}
