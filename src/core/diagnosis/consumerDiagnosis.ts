import { say } from '../say';
import type { EdgeSnapshot } from '../snapshot';
import { command, statement } from './actions';
import type { Diagnosis } from './diagnosis';
import {
  awayEnd,
  edgeCase,
  refreshAction,
  unjudged,
  waitingSentence,
  type EdgeCase,
} from './edgeParts';
import { lagWords } from './lagWords';
import { speakFor, type Finding } from './makeDiagnosis';
import { slotSubject, type Picture } from './picture';

/** What is said of a reader of a slot that is no Postgres: only the server's side of it is known. */
export function diagnoseConsumer(picture: Picture, edge: EdgeSnapshot): readonly Diagnosis[] {
  const one = edgeCase(picture, edge);
  return [speakFor(one.about, { evidence: one.rows, ...findingOf(one) })];
}

function findingOf(one: EdgeCase): Finding {
  const { edge, source, target } = one;
  const { code, params } = edge.verdict;
  const open = unjudged(one, say`reader ${target} of ${source}`);
  if (open !== null) return { ...open, followsFrom: awayEnd(one) };
  const slot = edge.slotName ?? say`its slot`;
  const slotAction =
    edge.from === null || edge.slotName === null
      ? null
      : command('dropSlot', slotSubject({ nodeId: edge.from, name: edge.slotName }));
  switch (code) {
    case 'streaming':
      return { code, title: say`${target} reads what ${source} writes, ${lagWords(edge)} behind.` };
    case 'idle':
      return { code, title: say`${target} has confirmed all that ${source} wrote.` };
    case 'lagging':
    case 'stuck':
      return {
        code,
        title:
          code === 'stuck'
            ? say`${target} reads slot ${slot} on ${source}, but confirms nothing.`
            : say`${target} is further behind ${source} with every look.`,
        detail: [waitingSentence(one), say`It is no Postgres; its own log says what it does.`],
        actions: [
          edge.from === null
            ? null
            : statement(
                edge.from,
                () =>
                  'SELECT pid, application_name, client_addr, state, sent_lsn, flush_lsn FROM pg_stat_replication;',
                say`Shows what is sent to it and what it confirmed; changes nothing.`,
              ),
          refreshAction(one),
        ],
      };
    case 'notStreaming':
      return {
        code,
        title: say`${target} does not read slot ${slot} on ${source}.`,
        detail: [
          waitingSentence(one),
          say`The slot keeps WAL until it reads again, or until the slot is dropped.`,
        ],
        actions: [refreshAction(one), slotAction],
      };
    case 'slotLost':
      return {
        code,
        title: say`${target} lost its slot ${slot} on ${source}: changes that it had not read are gone.`,
        detail: [
          params.reason === undefined ? null : say`The server says ${params.reason}.`,
          say`Drop the slot and let the reader begin anew: how it fetches what it missed only it knows.`,
        ],
        actions: [slotAction],
      };
    case 'notFound':
      return {
        code,
        title: say`The file declares reader ${target} of slot ${slot} on ${source}, but there is no such slot.`,
        detail: [
          say`Let the reader make it anew; what it missed by then only it knows how to fetch.`,
        ],
        actions: [
          edge.from === null ? null : command('showDifferences', edge.from),
          edge.from === null ? null : command('openTopologyFile', edge.from),
        ],
      };
    default:
      return { code, title: say`The state of reader ${target} of ${source} is unknown.` };
  }
}
