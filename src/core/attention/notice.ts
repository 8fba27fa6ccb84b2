import { formatCount, formatCounted } from '../format';
import { say } from '../say';
import type { TopologySnapshot, Verdict, VerdictCode } from '../snapshot';
import type { Alarm } from './attend';
import { listWords } from './listWords';
import { ProblemWords, type Diagnose } from './problemWords';

/** One notification. */
export interface Notice {
  readonly level: 'error' | 'warning';
  /** `Name: fact, since. Consequence.` */
  readonly text: string;
  readonly topologyId: string;
  /** What *Explain* explains. */
  readonly subject: string;
  /** First button: why, or for conflicts the way to decide them. */
  readonly action: 'explain' | 'resolve';
}

/** So many are told one by one; of more only the worst is. */
const MOST_AT_ONCE = 2;

/** What is said of the outages that are told now. Names in it are as servers and files give them: not for Markdown. */
export function noticesOf(
  snapshot: TopologySnapshot,
  alarms: readonly Alarm[],
  nowMs: number,
  diagnose: Diagnose,
): readonly Notice[] {
  const away = alarms.filter(
    ({ problem, flapping }) => isAway(problem.verdict) && flapping === null,
  );
  const single = away.length > 1 ? alarms.filter((alarm) => !away.includes(alarm)) : alarms;
  const words = new Notices(snapshot, new ProblemWords(snapshot, nowMs, diagnose));
  const notices = [
    ...single.map((alarm) => words.notice(alarm)),
    ...(away.length > 1 ? [words.manyAway(away)] : []),
  ];
  const [worst] = notices;
  if (worst === undefined || notices.length <= MOST_AT_ONCE) return notices;
  const more = formatCounted(notices.length - 1, 'more problem');
  return [
    {
      ...worst,
      text: say`${worst.text} ${more} show in the status bar.`,
    },
  ];
}

function isAway({ code }: Verdict): boolean {
  return code === 'unreachable';
}

class Notices {
  constructor(
    private readonly snapshot: TopologySnapshot,
    private readonly words: ProblemWords,
  ) {}

  notice(alarm: Alarm): Notice {
    const { subject, verdict } = alarm.problem;
    // Others may reach it: that is no loss yet.
    const level = verdict.health === 'error' && !isAway(verdict) ? 'error' : 'warning';
    return {
      level,
      text: this.flapping(alarm) ?? this.words.sentence(alarm),
      topologyId: this.snapshot.id,
      subject,
      action: verdict.code === 'queueConflicts' ? 'resolve' : 'explain',
    };
  }

  manyAway(alarms: readonly Alarm[]): Notice {
    const ids = alarms.map(({ problem }) => problem.subject);
    const first = Math.min(...alarms.map((alarm) => this.words.sinceMs(alarm)));
    return {
      level: 'warning',
      text: say`${formatCounted(ids.length, 'node')} are unreachable from here for ${this.words.since(first)}: ${listWords(ids)}.`,
      topologyId: this.snapshot.id,
      subject: ids[0] ?? '',
      action: 'explain',
    };
  }

  private flapping({ problem, flapping }: Alarm): string | null {
    if (flapping === null) return null;
    const { times, sinceMs, isAlike } = flapping;
    const code = isAlike ? problem.verdict.code : null;
    const often = say`${formatCount(times)} times in ${this.words.since(sinceMs)}`;
    const name = isAlike
      ? this.words.nameOf(problem.subject)
      : problem.group.replace(/^slot\//u, '');
    return say`${name} ${pastWords(code)} ${often}. Further outages show only in the status bar.`;
  }
}

function pastWords(code: VerdictCode | null): string {
  switch (code) {
    case 'notStreaming':
      return say`stopped streaming`;
    case 'unreachable':
      return say`was unreachable`;
    case 'stoppedByError':
    case 'applyErrorLoop':
      return say`stopped`;
    case 'lagging':
      return say`fell behind`;
    case 'stuck':
      return say`got stuck`;
    default:
      return say`was unhealthy`;
  }
}
