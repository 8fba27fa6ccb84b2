import { say } from '../say';
import { escapeIdentifier, qualifiedName } from '../sql';
import type { TableName } from '../topology';
import { command, statement } from './actions';
import { applyLog, type ApplyLog } from './applyLog';
import { beginCause } from './beginCauses';
import { causePlace, waitingSentence, type EdgeCase } from './edgeParts';
import { logEvidence } from './logEntries';
import { publicationMissing } from './publicationMissing';
import { fact, type Finding } from './makeDiagnosis';
import { listed, trimStop } from './names';
import { schemaDrift, type SchemaDrift } from './schemaDrift';
import type { NextAction } from './diagnosis';

/** Why changes of a subscription, or the copies of its tables, fail; `null` where nothing tells. */
export function applyCause(one: EdgeCase): Finding | null {
  const log = applyLog(one);
  const drift = schemaDrift(one);
  const { code } = one.edge.verdict;
  // The log says which of the two failed, where it can be read; counters tell it from 15 on.
  const isCopy = log === null ? isCopyFailing(one) : log.isOfCopy;
  if (isCopy) return copyFails(one, log);
  if (code === 'copying') return null;
  if (log?.cause) return fromLog(one, log, log.cause, drift);
  if (code === 'notStreaming') return null;
  return (
    fromDrift(one, drift) ?? publicationCause(one) ?? (log === null ? null : otherError(one, log))
  );
}

function publicationCause(one: EdgeCase): Finding | null {
  const found = beginCause(one);
  return found?.code === 'publicationMissing' ? found : null;
}

/** Errors of table copies are counted apart: while they rise the apply worker itself may well run. */
function isCopyFailing({ edge, picture }: EdgeCase): boolean {
  const facts = picture.subscription(edge);
  if (facts === null) return false;
  const open = facts.tableStates.i + facts.tableStates.d;
  const errors = facts.syncErrorCount ?? 0;
  if (open === 0 || errors === 0) return false;
  return (facts.applyErrorCount ?? 0) === 0 || facts.workerPid !== null;
}

function fromLog(
  one: EdgeCase,
  log: ApplyLog,
  cause: NonNullable<ApplyLog['cause']>,
  drift: SchemaDrift,
): Finding {
  const { edge, source, target } = one;
  const where = say`${edge.name} on ${target}`;
  const table = log.relation === null ? '' : say` of ${log.relation}`;
  const base = { evidence: [logEvidence(one, log)], health: 'error' as const };
  const words = trimStop(log.message);
  switch (cause) {
    case 'missingTable':
      return {
        ...base,
        code: cause,
        title: say`${where} stopped: table ${log.relation ?? say`that is published`} does not exist there.`,
        detail: [
          say`Make it on ${target} as it is on ${source}; rows that come by until the next REFRESH PUBLICATION are not applied to a table that is new.`,
          waitingSentence(one),
        ],
        actions: [command('resolveSubscription', edge.id), command('refreshSubscription', edge.id)],
      };
    case 'missingColumn':
      return { ...base, ...missingColumn(one, log.relation, words, drift) };
    case 'duplicateKey':
      return {
        ...base,
        code: cause,
        title: say`${where} stopped: a row${table} with the same key exists there already.`,
        detail: [
          `${words}.`,
          say`Change or delete the row on ${target}, or skip the whole transaction.`,
          waitingSentence(one),
        ],
        actions: [command('resolveSubscription', edge.id), ...skip(one, log)],
      };
    case 'constraintViolated':
      return {
        ...base,
        code: cause,
        title: say`${where} stopped: a row${table} violates a constraint there.`,
        detail: [
          `${words}.`,
          say`Let ${target} accept what ${source} accepts, or skip the whole transaction.`,
          waitingSentence(one),
        ],
        actions: [command('resolveSubscription', edge.id), ...skip(one, log)],
      };
    case 'applyDenied':
      return denied(one, log, words);
    case 'publicationMissing':
      return publicationMissing(
        one,
        /publication "([^"]*)"/u.exec(log.entry.text)?.[1] ?? null,
        base.evidence,
      );
    case 'copyFails':
      return copyFails(one, log);
    case 'slotLost':
      return {
        ...base,
        code: 'slotLost',
        title: say`${where} lost its slot ${edge.slotName ?? ''} on ${source}.`,
        detail: [`${words}.`, say`It must be made anew, and its tables copied again.`],
        actions: [command('dropSubscription', edge.id), command('planChanges', edge.to)],
      };
    default:
      return (
        beginCause(one) ?? {
          ...base,
          code: cause,
          title: say`${where} cannot begin on ${source}: ${words}.`,
          detail: [waitingSentence(one)],
          nodeId: edge.from,
          actions: [command('checkSetup', edge.to)],
        }
      );
  }
}

function missingColumn(
  one: EdgeCase,
  relation: string | null,
  words: string,
  drift: SchemaDrift,
): Pick<Finding, 'code' | 'title' | 'detail' | 'actions'> {
  const { edge, target } = one;
  return {
    code: 'missingColumn',
    title: say`${edge.name} on ${target} stopped: ${relation ?? say`a table`} lacks a column there that is sent.`,
    detail: [
      `${words}.`,
      say`It goes on by itself once the column is there.`,
      waitingSentence(one),
    ],
    actions: [...addColumns(one, drift), command('resolveSubscription', edge.id)],
  };
}

function addColumns({ edge }: EdgeCase, drift: SchemaDrift): readonly (NextAction | null)[] {
  return drift.columns
    .slice(0, 3)
    .map(({ table, lacks }) =>
      statement(
        edge.to,
        () =>
          `ALTER TABLE ${qualifiedName(table)} ${lacks.map(({ name, type }) => `ADD COLUMN ${escapeIdentifier(name)} ${type}`).join(', ')};`,
        say`Adds what the publisher sends; the worker goes on with its next try. Rows that were copied before get NULL there.`,
      ),
    );
}

/** By the catalogs of both ends alone. */
function fromDrift(one: EdgeCase, drift: SchemaDrift): Finding | null {
  const { edge, source, target } = one;
  const [column] = drift.columns;
  const problem = one.picture.causes(edge.to)?.log?.problem ?? null;
  if (column !== undefined) {
    const names = drift.columns.flatMap(({ table, lacks }) =>
      lacks.map(({ name }) => `${shown(table)}.${name}`),
    );
    return {
      code: 'missingColumn',
      health: 'error',
      title: say`${edge.name} on ${target} stopped; ${listed(names)}, which ${source} sends, ${names.length === 1 ? say`is` : say`are`} not there.`,
      detail: [
        say`A change of such a table cannot be applied until the column is there.`,
        waitingSentence(one),
        problem,
      ],
      evidence: [fact(say`Lacks`, names.join(', '), 'pg_attribute', causePlace(one, edge.to))],
      actions: [...addColumns(one, drift), command('resolveSubscription', edge.id)],
    };
  }
  const [table] = drift.tables;
  if (table === undefined) return null;
  const names = drift.tables.map(shown);
  return {
    code: 'missingTable',
    health: 'error',
    title: say`${edge.name} on ${target} stopped; ${listed(names)}, which ${source} publishes, ${names.length === 1 ? say`does` : say`do`} not exist there.`,
    detail: [
      names.length === 1
        ? say`Make it on ${target}, then refresh the subscription: only that copies what is there already.`
        : say`Make them on ${target}, then refresh the subscription: only that copies what is there already.`,
      waitingSentence(one),
      problem,
    ],
    evidence: [fact(say`Lacks`, names.join(', '), 'pg_attribute', causePlace(one, edge.to))],
    actions: [
      command('resolveSubscription', edge.id),
      ...drift.tables
        .slice(0, 2)
        .map((missing) =>
          statement(
            edge.to,
            () =>
              `CREATE TABLE ${qualifiedName(missing)} (${missing.columns.map(({ name, type }) => `${escapeIdentifier(name)} ${type}`).join(', ')});`,
            say`Makes it with the columns that ${source} sends; keys and constraints are to be added by hand.`,
          ),
        ),
      command('refreshSubscription', edge.id),
    ],
  };
}

function shown({ schema, name }: TableName): string {
  return `${schema}.${name}`;
}

/** SKIP needs the end of the transaction, which the log tells from 15 on. */
function skip(
  { edge, picture }: EdgeCase,
  { finishLsn }: ApplyLog,
): readonly (NextAction | null)[] {
  if (finishLsn === null || (picture.version(edge.to) ?? 0) < 150_000) return [];
  return [
    statement(
      edge.to,
      () => `ALTER SUBSCRIPTION ${escapeIdentifier(edge.name)} SKIP (lsn = '${finishLsn}');`,
      say`Drops the whole transaction there, not one row; the two will differ. If the subscription is disabled, enable it then.`,
    ),
  ];
}

function denied(one: EdgeCase, log: ApplyLog, words: string): Finding {
  const { edge, target } = one;
  const { text } = log.entry;
  const role = /role "([^"]+)" cannot SET ROLE to "([^"]+)"/u.exec(text);
  const [, member, owner] = role ?? [];
  return {
    code: 'applyDenied',
    health: 'error',
    title: say`${edge.name} on ${target} stopped: its owner lacks a privilege there.`,
    detail: [`${words}.`, waitingSentence(one)],
    evidence: [logEvidence(one, log)],
    actions: [
      member === undefined || owner === undefined
        ? log.relation === null
          ? null
          : statement(
              edge.to,
              () =>
                'SELECT s.subname, r.rolname AS owner FROM pg_subscription AS s JOIN pg_roles AS r ON r.oid = s.subowner;',
              say`Shows who owns the subscription: that role needs SELECT, INSERT, UPDATE, DELETE and TRUNCATE on ${log.relation}. Changes nothing.`,
            )
        : statement(
            edge.to,
            () => `GRANT ${escapeIdentifier(owner)} TO ${escapeIdentifier(member)};`,
            say`Lets ${member} write as ${owner}, who owns the table; the worker goes on with its next try.`,
          ),
      command('resolveSubscription', edge.id),
    ],
  };
}

function copyFails(one: EdgeCase, log: ApplyLog | null): Finding {
  const { edge, source, target, picture } = one;
  const problem = picture.causes(edge.to)?.log?.problem ?? null;
  const isDenied = log?.entry.text.includes('permission denied') === true;
  return {
    code: 'copyFails',
    health: 'error',
    title: say`${edge.name} on ${target} cannot copy ${log?.relation ?? say`a table`} from ${source}: each try fails.`,
    detail: [
      log === null
        ? (problem ?? say`The text of the error is in the server log of ${target}.`)
        : `${trimStop(log.message)}.`,
      say`Most often the role of the subscription lacks SELECT on ${source}, or the table on ${target} has rows or columns that do not fit.`,
      say`The other tables go on.`,
    ],
    evidence: log === null ? [] : [logEvidence(one, log)],
    actions: [
      edge.from === null || !isDenied || log.relation === null
        ? null
        : statement(
            edge.from,
            () => 'SELECT rolname FROM pg_roles WHERE rolreplication;',
            say`Shows which roles may replicate; that of the subscription needs SELECT on ${log.relation}, and USAGE on its schema. Changes nothing.`,
          ),
      command('resolveSubscription', edge.id),
      command('resyncTable', edge.id),
      command('createReplicationRole', edge.from ?? edge.to),
    ],
  };
}

/** An error that is none of those that are told apart. */
function otherError(one: EdgeCase, log: ApplyLog): Finding {
  const { edge, target } = one;
  const code = edge.verdict.code === 'applyErrorLoop' ? 'applyErrorLoop' : 'stoppedByError';
  return {
    code,
    title: say`${edge.name} on ${target} stopped: ${trimStop(log.message)}.`,
    detail: [waitingSentence(one)],
    evidence: [logEvidence(one, log)],
    actions: [command('resolveSubscription', edge.id), ...skip(one, log)],
  };
}
