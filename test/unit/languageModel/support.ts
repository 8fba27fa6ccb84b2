import type { TopologySnapshot } from '../../../src/core/snapshot';
import { DATA_NOTE } from '../../../src/languageModel/answer';
import { ToolDesk, type ToolDeskDeps } from '../../../src/languageModel/toolDesk';
import { NOW } from '../core/describe/makeSnapshot';
import { FakeClock } from '../monitor/fakeClock';

/** What a desk did beside answering. */
export interface Rig {
  readonly desk: ToolDesk;
  readonly clock: FakeClock;
  /** `<node> <reason>` for each that was asked anew. */
  readonly asked: string[];
  /** Nodes that were dialled. */
  readonly dialled: string[];
  readonly logged: string[];
}

/** A desk over pictures that do not change. Dialling fails; who may be dialled is as given. */
export function toolRig(
  snapshots: readonly TopologySnapshot[],
  change: Partial<ToolDeskDeps> = {},
): Rig {
  const asked: string[] = [];
  const dialled: string[] = [];
  const logged: string[] = [];
  const clock = Object.assign(new FakeClock(), { nowMs: () => NOW });
  const note = (message: string) => void logged.push(message);
  const desk = new ToolDesk({
    monitor: {
      current: () => snapshots,
      refresh: (ref, reason) => {
        asked.push(`${ref?.nodeId ?? 'all'} ${reason}`);
        return Promise.resolve();
      },
    },
    gateway: {
      openChange: (node) => {
        dialled.push(node.id);
        return Promise.reject(new Error('no server here'));
      },
    },
    servers: { systemsOf: () => new Map(), chosenPrimaryOf: () => null },
    mayContact: () => Promise.resolve(true),
    isTrusted: () => true,
    clock,
    log: { debug: note, info: note, warn: note, error: note },
    ...change,
  });
  return { desk, clock, asked, dialled, logged };
}

/** The data of an answer, which has to be marked as such. */
export function dataOf(text: string): Record<string, unknown> {
  const answer = JSON.parse(text) as { note: string; data: Record<string, unknown> };
  if (answer.note !== DATA_NOTE) throw new Error('the answer is not marked as data');
  return answer.data;
}

export const never = () => new AbortController().signal;
