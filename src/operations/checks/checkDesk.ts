import pLimit from 'p-limit';
import { CancelSource } from '../../core/cancelSource';
import { CHECK_LIMIT_MS, type CheckResult } from '../../core/checks/checkResult';
import { groupChecks, type CheckGroup } from '../../core/checks/checkTargets';
import type { CancelSignal } from '../../core/ports/cancelSignal';
import type { Checks, EdgeChecks } from '../../core/ports/checks';
import type { Disposable } from '../../core/ports/disposable';
import type { Log } from '../../core/ports/log';
import type { TopologySnapshot } from '../../core/snapshot';
import { pause } from '../pause';
import { CheckBook } from './checkBook';
import { rootKeyOf, waitKeysOf } from './checkPreparation';
import { CheckRound } from './checkRound';
import { CheckSessions, type CheckSessionsDeps } from './checkSessions';

export interface CheckDeskDeps extends CheckSessionsDeps {
  readonly log: Log;
  /** A random uuid, lower case. */
  readonly randomUuid: () => string;
  /** The latest picture of a topology; `null` when there is none. */
  readonly snapshot: (topologyId: string) => TopologySnapshot | null;
  /** Resolves when every node of the topology was asked once more; never rejects. */
  readonly refresh: (topologyId: string) => Promise<void>;
  /** For tests; by default `CHECK_LIMIT_MS`. */
  readonly limitMs?: number;
  /** From the end of a round of continuous checks to the next; by default ten seconds. */
  readonly intervalMs?: () => number;
}

/** So many primaries at a time. */
const GROUPS_AT_A_TIME = 8;
/** So many edges share one token: each of them needs a session while it is waited for. */
const EDGES_A_TOKEN = 50;
const INTERVAL_MS = 10_000;
const LOOK_AGAIN_MS = 1_000;

interface Run {
  readonly topologyId: string;
  readonly sessions: CheckSessions;
  readonly spent: Map<string, readonly string[]>;
  readonly signal: CancelSignal;
}

/** Runs checks, once or again and again, and keeps their last results. The owner disposes it. */
export class CheckDesk implements Checks {
  private readonly book = new CheckBook();
  private readonly continuous = new Map<string, CancelSource>();
  /** Everything under way, so that `dispose` can wait for its end. */
  private readonly running = new Set<Promise<unknown>>();
  private readonly stopping = new CancelSource();
  /** By topology and primary, tokens of ours that the next message deletes. */
  private readonly spent = new Map<string, Map<string, readonly string[]>>();

  constructor(private readonly deps: CheckDeskDeps) {}

  of(topologyId: string): readonly EdgeChecks[] {
    return this.book.of(topologyId);
  }

  onDidChange(listener: (topologyId: string) => void): Disposable {
    return this.book.onDidChange(listener);
  }

  run(
    topologyId: string,
    edgeIds: readonly string[] | null,
    signal: CancelSignal,
    onResult?: (result: CheckResult) => void,
  ): Promise<readonly CheckResult[]> {
    return this.track(this.runOnce(topologyId, edgeIds, signal, onResult));
  }

  setContinuous(topologyId: string, isOn: boolean): void {
    const known = this.continuous.get(topologyId);
    if ((known !== undefined) === isOn || this.stopping.aborted) return;
    if (known !== undefined) {
      this.continuous.delete(topologyId);
      known.cancel();
    } else {
      const source = new CancelSource();
      this.continuous.set(topologyId, source);
      const stop = (): void => this.setContinuous(topologyId, false);
      void this.track(this.goOn(topologyId, null, source, { onGone: stop }));
    }
    this.book.tell(topologyId);
  }

  async repeat(
    topologyId: string,
    edgeIds: readonly string[] | null,
    signal: CancelSignal,
    onRound: (results: readonly CheckResult[]) => void,
  ): Promise<void> {
    const both = new CancelSource();
    const end = followSignals([signal, this.stopping], both);
    try {
      const onGone = (): void => both.cancel();
      await this.track(this.goOn(topologyId, edgeIds, both, { onGone, onRound }));
    } finally {
      end();
    }
  }

  isContinuous(topologyId: string): boolean {
    return this.continuous.has(topologyId);
  }

  /** Stops everything and closes every session. */
  async dispose(): Promise<void> {
    this.stopping.cancel();
    for (const source of this.continuous.values()) source.cancel();
    this.continuous.clear();
    await Promise.allSettled([...this.running]);
    this.book.dispose();
  }

  private async runOnce(
    topologyId: string,
    edgeIds: readonly string[] | null,
    signal: CancelSignal,
    onResult?: (result: CheckResult) => void,
  ): Promise<readonly CheckResult[]> {
    const both = new CancelSource();
    const end = followSignals([signal, this.stopping], both);
    const sessions = new CheckSessions(topologyId, this.deps);
    try {
      const run = { topologyId, sessions, spent: this.spentOf(topologyId), signal: both };
      return await this.round(run, edgeIds, onResult);
    } finally {
      end();
      await sessions.close();
    }
  }

  /** Round after round over the same sessions. */
  private async goOn(
    topologyId: string,
    edgeIds: readonly string[] | null,
    signal: CancelSignal,
    told: {
      readonly onGone: () => void;
      readonly onRound?: (results: readonly CheckResult[]) => void;
    },
  ): Promise<void> {
    const sessions = new CheckSessions(topologyId, this.deps);
    const run: Run = { topologyId, sessions, spent: this.spentOf(topologyId), signal };
    try {
      while (!signal.aborted) {
        // Its file is gone: it would go on for nobody, and begin anew unasked if the file came back.
        if (this.deps.snapshot(topologyId) === null) {
          told.onGone();
          break;
        }
        try {
          const results = await this.round(run, edgeIds);
          told.onRound?.(results);
        } catch (error) {
          this.deps.log.error(`A round of checks failed: ${String(error)}`);
        }
        await pause(this.deps.clock, this.deps.intervalMs?.() ?? INTERVAL_MS, signal);
      }
    } finally {
      await sessions.close();
    }
  }

  /** One round over these edges. */
  private async round(
    run: Run,
    edgeIds: readonly string[] | null,
    onResult?: (result: CheckResult) => void,
  ): Promise<readonly CheckResult[]> {
    const { topologyId, sessions } = run;
    const snapshot = this.deps.snapshot(topologyId);
    if (snapshot === null) return [];
    const { groups, impossible } = groupChecks(snapshot, edgeIds);
    const ids = groups.flatMap(({ targets }) => targets.map(({ edge }) => edge.id));
    await sessions.keepOnly(sessionKeysOf(groups));
    const open = new Set(ids);
    const results = new Map<string, CheckResult>();
    const report = (result: CheckResult): void => {
      results.set(result.edgeId, result);
      this.book.add(topologyId, result, open.delete(result.edgeId));
      onResult?.(result);
    };
    const nowMs = this.deps.clock.nowMs();
    for (const { edgeId, failure } of impossible) {
      report({
        edgeId,
        kind: 'marker',
        outcome: 'notPossible',
        arrivedMs: null,
        startedAtMs: nowMs,
        endedAtMs: nowMs,
        limitMs: this.deps.limitMs ?? CHECK_LIMIT_MS,
        verdict: null,
        failure,
      });
    }
    this.book.begin(topologyId, ids);
    try {
      const limit = pLimit(GROUPS_AT_A_TIME);
      await Promise.all(
        groups.map((group) => limit(() => this.roundOf(run, group, snapshot, report))),
      );
    } finally {
      this.book.end(topologyId, [...open]);
    }
    return [...results.values()];
  }

  private async roundOf(
    run: Run,
    { root, targets }: CheckGroup,
    snapshot: TopologySnapshot,
    report: (result: CheckResult) => void,
  ): Promise<void> {
    const { clock, log, randomUuid } = this.deps;
    for (let from = 0; from < targets.length; from += EDGES_A_TOKEN) {
      const group = { root, targets: targets.slice(from, from + EDGES_A_TOKEN) };
      const limitMs = this.deps.limitMs ?? CHECK_LIMIT_MS;
      const deps = { clock, log, randomUuid, limitMs, verdictOf: this.verdicts(run) };
      await new CheckRound(deps, { ...run, group, snapshot, report }).run();
    }
  }

  /** Looks anew, once for all edges that did not arrive: what the last poll said may be older than the fault. */
  private verdicts({ topologyId, signal }: Run) {
    let looked: Promise<void> | null = null;
    const look = async (): Promise<void> => {
      await this.deps.refresh(topologyId);
      // One look cannot tell what stands still from what moves.
      await pause(this.deps.clock, LOOK_AGAIN_MS, signal);
      if (!signal.aborted) await this.deps.refresh(topologyId);
    };
    return async (edgeId: string) => {
      looked ??= look();
      await looked;
      const edges = this.deps.snapshot(topologyId)?.edges ?? [];
      return edges.find(({ id }) => id === edgeId)?.verdict ?? null;
    };
  }

  private spentOf(topologyId: string): Map<string, readonly string[]> {
    const spent = this.spent.get(topologyId) ?? new Map<string, readonly string[]>();
    this.spent.set(topologyId, spent);
    return spent;
  }

  private async track<T>(work: Promise<T>): Promise<T> {
    this.running.add(work);
    try {
      return await work;
    } finally {
      this.running.delete(work);
    }
  }
}

/** @returns ends the following */
function followSignals(signals: readonly CancelSignal[], both: CancelSource): () => void {
  const cancel = (): void => both.cancel();
  for (const one of signals) {
    if (one.aborted) cancel();
    one.addEventListener('abort', cancel);
  }
  return () => {
    for (const one of signals) one.removeEventListener('abort', cancel);
  };
}

function sessionKeysOf(groups: readonly CheckGroup[]): ReadonlySet<string> {
  return new Set(
    groups.flatMap(({ root, targets }) => [
      rootKeyOf(root.id),
      ...targets.flatMap(({ edge }) => Object.values(waitKeysOf(edge.id))),
    ]),
  );
}
