import {
  groupRowText,
  publicationRowText,
  publishedTableText,
  subscribedTableText,
  subscriptionRowText,
  type PublicationView,
  type TableMark,
} from '../core/describe/childTexts';
import { publicationSubject } from '../core/describe/publicationSubject';
import { copyViewOf, type TableCopyView } from '../core/describe/copyWords';
import { nodeFailureRow } from '../core/describe/failureRow';
import { nodeRowText } from '../core/describe/nodeText';
import {
  NO_QUEUES,
  unsentWords,
  withUnsent,
  type TopologyQueues,
} from '../core/describe/queueRows';
import { queueRowText } from '../core/describe/queueText';
import type { RowText, Tooltip } from '../core/describe/rowText';
import { slotRowText } from '../core/describe/slotText';
import type { SnapshotIndex } from '../core/describe/snapshotIndex';
import { edgeTooltip, nodeTooltip, queueTooltip, slotTooltip } from '../core/describe/tooltips';
import type { SubscriptionTableFacts } from '../core/facts';
import type { DifferenceSubject } from '../core/differences/difference';
import { formatCount } from '../core/format';
import { say } from '../core/say';
import type { EdgeSnapshot, NodeSnapshot, QueueSnapshot, SlotSnapshot } from '../core/snapshot';
import { formatTableName } from '../core/tableName';
import { checkRow } from './checkRow';
import { queueChildren } from './queueRows';
import type { Row, RowKind } from './row';
import { rowPath } from './rowPath';

/** A node's row: why it cannot be read, what streams from it, its queue and subscriptions, what it publishes and keeps. */
export function nodeRow(
  node: NodeSnapshot,
  index: SnapshotIndex,
  standbys: readonly Row[],
  queues: TopologyQueues = NO_QUEUES,
): Row {
  const rows = new NodeRows(node, index, queues);
  const failure = rows.failure();
  return rows.make('node', [], node.id, nodeRowText(node, index), {
    children: [
      ...failure,
      ...rows.check(),
      ...standbys,
      ...rows.queue(),
      ...rows.subscriptions(),
      ...rows.publications(),
      ...rows.slots(),
    ],
    isExpanded: standbys.length > 0 || failure.length > 0,
    tooltip: () => nodeTooltip(node, index),
  });
}

/** Builds the rows below one node; they share its path. */
class NodeRows {
  constructor(
    private readonly node: NodeSnapshot,
    private readonly index: SnapshotIndex,
    private readonly queues: TopologyQueues,
  ) {}

  make(
    kind: RowKind,
    path: readonly string[],
    subject: string,
    text: RowText,
    rest: Partial<Pick<Row, 'children' | 'isExpanded' | 'fix' | 'tooltip' | 'reads'>> = {},
  ): Row {
    const topologyId = this.index.snapshot.id;
    return {
      kind,
      id: rowPath(topologyId, 'node', this.node.id, ...path),
      topologyId,
      subject,
      text: { ...text, contextValue: `${text.contextValue}${this.#flags()}` },
      children: rest.children ?? [],
      isExpanded: rest.isExpanded ?? false,
      fix: rest.fix ?? null,
      ...(rest.reads === undefined ? {} : { reads: rest.reads }),
      tooltip: rest.tooltip ?? NO_TOOLTIP,
    };
  }

  /** What every row below a node says, so that menus leave out changes: the file forbids them, or its server refuses. */
  #flags(): string {
    const isReadOnly = this.index.declaredNode(this.node.id)?.access === 'readOnly';
    const isInRecovery = this.node.sample.fast?.isInRecovery === true;
    return `${isReadOnly ? ' readOnly' : ''}${isInRecovery ? ' inRecovery' : ''}`;
  }

  failure(): Row[] {
    const found = nodeFailureRow(this.node);
    if (found === null) return [];
    return [this.make('failure', ['failure'], this.node.id, found.text, { fix: found.fix })];
  }

  /** The check of what the node streams; of a subscription it stands below that. */
  check(): Row[] {
    return this.index
      .incoming(this.node.id)
      .filter((edge) => edge.kind === 'streaming')
      .flatMap((edge) =>
        checkRow(edge, this.index, ['node', this.node.id, 'streaming', edge.name]),
      );
  }

  queue(): Row[] {
    const queue: QueueSnapshot | null = this.index.queueOf(this.node.id);
    if (queue === null) return [];
    const { nowMs } = this.index;
    const differs = this.index
      .differencesOf(this.node.id)
      .filter(({ subject }) => subject.kind === 'queue').length;
    const text = queueRowText(queue, nowMs, this.queues.drainOf(queue.nodeId), differs);
    const children = queueChildren(queue, this.queues, nowMs, (kind, path, ...rest) =>
      this.make(kind, ['queue', ...path], ...rest),
    );
    const tooltip = () => queueTooltip(queue, this.index);
    return [this.make('queue', ['queue'], queue.id, text, { children, tooltip })];
  }

  /** Marks a table with what of it waits in a queue, so that nobody takes the edge's rows for settled. */
  private unsent(table: { readonly schema: string; readonly name: string }): string | null {
    const queues = this.index.snapshot.queues.filter(
      ({ nodeId, primaryId }) => nodeId === this.node.id || primaryId === this.node.id,
    );
    return unsentWords(queues, table);
  }

  subscriptions(): Row[] {
    return this.index
      .incoming(this.node.id)
      .filter((edge) => edge.kind === 'logical')
      .map((edge) => this.subscription(edge));
  }

  private subscription(edge: EdgeSnapshot): Row {
    const { nowMs } = this.index;
    const tables = (this.node.sample.slow?.subscriptionTables ?? []).filter(
      (table) => table.subscription === edge.name,
    );
    const path = ['subscription', edge.name];
    return this.make(
      'subscription',
      path,
      edge.id,
      subscriptionRowText(edge, nowMs, this.differsAt('subscription', edge.name)),
      {
        children: [
          ...checkRow(edge, this.index, ['node', this.node.id, ...path]),
          ...tables.map((table) =>
            this.make(
              'table',
              [...path, table.schema, table.name],
              edge.id,
              withUnsent(
                subscribedTableText(table, this.copyView(edge, table)),
                this.unsent(table),
              ),
            ),
          ),
        ],
        tooltip: () => edgeTooltip(edge, this.index),
      },
    );
  }

  private copyView(edge: EdgeSnapshot, table: SubscriptionTableFacts): TableCopyView {
    const subscription = this.node.sample.fast?.subscriptions.find(
      ({ name }) => name === edge.name,
    );
    const publisher = edge.from === null ? null : this.index.node(edge.from);
    const published = publisher?.sample.slow?.publications
      .filter(({ name }) => subscription?.publications.includes(name))
      .flatMap(({ tables }) => tables)
      .find(({ schema, name }) => schema === table.schema && name === table.name);
    return copyViewOf(table, subscription ?? null, published ?? null);
  }

  publications(): Row[] {
    const views = this.publicationViews();
    if (views.length === 0) return [];
    const rows = views.map((view) => this.publication(view));
    const bad = rows.filter((row) => row.text.contextValue.includes('warning')).length;
    const trouble = bad === 0 ? null : say`${formatCount(bad)} to look at`;
    const text = groupRowText(say`Publications`, rows.length, trouble);
    return [this.make('group', ['publications'], this.node.id, text, { children: rows })];
  }

  private publicationViews(): readonly PublicationView[] {
    const { slow } = this.node.sample;
    const declared = this.index.declaredNode(this.node.id)?.publications ?? [];
    const found = this.node.role === 'standby' ? [] : (slow?.publications ?? []);
    const names = new Set([...declared, ...found].map((publication) => publication.name));
    return [...names].map((name) => ({
      name,
      declared: declared.find((publication) => publication.name === name) ?? null,
      found: found.find((publication) => publication.name === name) ?? null,
      isKnown: slow !== null && this.node.role !== 'standby',
      subscribers: this.countSubscribers(name),
      differs: this.differsAt('publication', name),
    }));
  }

  private countSubscribers(publication: string): number {
    return this.index.snapshot.topology.nodes
      .flatMap((node) => node.subscriptions)
      .filter((subscription) => subscription.publisher === this.node.id)
      .filter((subscription) => subscription.publications.includes(publication)).length;
  }

  private publication(view: PublicationView): Row {
    const path = ['publication', view.name];
    const found = view.found?.tables.map((table) => ({ table, has: table.hasReplicaIdentity }));
    const declared = (view.declared?.tables ?? []).map((table) => ({ table, has: null }));
    const marks = this.tableMarks(view.name);
    const missing = declared.filter(({ table }) => marks.get(formatTableName(table)) === 'missing');
    const tables = found === undefined ? declared : [...found, ...missing];
    const subject = publicationSubject(this.node.id, view.name);
    return this.make('publication', path, subject, publicationRowText(view), {
      children: tables.map(({ table, has }) =>
        this.make(
          'table',
          [...path, table.schema, table.name],
          this.node.id,
          withUnsent(
            publishedTableText(table, has, marks.get(formatTableName(table)) ?? null),
            this.unsent(table),
          ),
        ),
      ),
    });
  }

  /** In how many ways a publication with its tables, or a subscription, is not what the file says. */
  private differsAt(kind: 'publication' | 'subscription', name: string): number {
    return this.index.differencesOf(this.node.id).filter(({ code, subject }) => {
      const isOf = subject.kind === kind || (kind === 'publication' && subject.kind === 'table');
      // Rows for what is missing or extra as a whole say so themselves.
      return isOf && nameOf(subject) === name && !/^(?:missing|extra)(?:P|Su)/u.test(code);
    }).length;
  }

  private tableMarks(publication: string): ReadonlyMap<string, TableMark> {
    const marks = new Map<string, TableMark>();
    for (const { code, subject } of this.index.differencesOf(this.node.id)) {
      if (subject.kind !== 'table' || subject.name !== publication) continue;
      const mark = code === 'missingTable' ? 'missing' : code === 'extraTable' ? 'extra' : 'other';
      marks.set(formatTableName(subject.table), mark);
    }
    return marks;
  }

  slots(): Row[] {
    const slots = this.index.slotsOf(this.node.id);
    if (slots.length === 0) return [];
    const text = groupRowText(say`Slots`, slots.length, slotTrouble(slots));
    const children = slots.map((slot) => this.slot(slot));
    return [this.make('group', ['slots'], this.node.id, text, { children })];
  }

  private slot(slot: SlotSnapshot): Row {
    const isUnlimited = this.node.sample.slow?.settings['max_slot_wal_keep_size'] === '-1';
    const isExtra = this.index
      .differencesOf(this.node.id)
      .some(({ code, subject }) => code === 'extraSlot' && nameOf(subject) === slot.name);
    const text = slotRowText(slot, isUnlimited, this.index.nowMs, isExtra);
    const subject = `slot/${slot.nodeId}/${slot.name}`;
    return this.make('slot', ['slot', slot.name], subject, text, {
      tooltip: () => slotTooltip(slot, this.index),
    });
  }
}

function nameOf(subject: DifferenceSubject): string | null {
  return subject.kind === 'node' ? null : subject.name;
}

const NO_TOOLTIP = () => null as Tooltip | null;

function slotTrouble(slots: readonly SlotSnapshot[]): string | null {
  const count = (code: string) => slots.filter((slot) => slot.verdict.code === code).length;
  const near = count('nearLimit');
  const lost = count('slotLost');
  const orphans = count('orphan');
  if (lost > 0) return say`${formatCount(lost)} lost`;
  if (near > 0) return say`${formatCount(near)} near ${near === 1 ? say`its` : say`their`} limit`;
  return orphans > 0 ? say`${formatCount(orphans)} kept for nobody` : null;
}
