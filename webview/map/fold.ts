import { formatDuration } from '../../src/core/format';
import { say } from '../../src/core/say';
import type { DashboardState } from '../../src/protocol/dashboardState';
import { foldTexts, type MapGraph, type MapLink, type MapNode } from './graph';

/** From this many nodes on the map opens folded. */
export const FOLD_FROM_NODES = 30;
/** Fewer alike siblings stay as they are: a fold of two saves nothing. */
const SMALLEST_FOLD = 3;
/** Unhealthy siblings stay visible up to this many, so that a cut relay of 500 does not fill the map. */
const SHOWN_UNHEALTHY = 12;

/**
 * Folds siblings that are alike and quiet into one pill a parent. A sibling has this one parent and nothing below it; it
 * folds while it and its link are healthy, or when nobody can say anything of either. The parent gets a mark for each
 * node below it.
 * @param keepId node or link that stays visible, because it is selected.
 */
export function foldGraph(graph: MapGraph, state: DashboardState, keepId: string | null): MapGraph {
  const lagOf = new Map(state.edges.map((edge) => [edge.id, edge.lagMs]));
  const nodeOf = new Map(graph.nodes.map((node) => [node.id, node]));
  const hasChildren = new Set(graph.links.map((link) => upstreamOf(link)));
  const linksInto = groupBy(graph.links, downstreamOf);
  const childLinks = new Map<string, MapLink[]>();
  for (const [child, links] of linksInto) {
    const [only, second] = links;
    if (only === undefined || second !== undefined || hasChildren.has(child)) continue;
    push(childLinks, upstreamOf(only), only);
  }

  const hidden = new Set<string>();
  const pills: MapNode[] = [];
  const pillLinks: MapLink[] = [];
  const cells = new Map<string, MapNode['cells']>();
  for (const [parent, links] of childLinks) {
    const foldable = links.filter((link) => {
      const node = nodeOf.get(downstreamOf(link));
      return node !== undefined && node.id !== keepId && link.id !== keepId;
    });
    const byClass = groupBy(foldable, (link) => classOf(link, nodeOf.get(downstreamOf(link))));
    for (const [className, members] of byClass) {
      const isTrouble = className === 'trouble';
      const folded = isTrouble ? members.slice(SHOWN_UNHEALTHY) : members;
      if (folded.length < SMALLEST_FOLD) continue;
      for (const link of folded) hidden.add(downstreamOf(link));
      const lags = folded.flatMap((link) => lagOf.get(link.id) ?? []).sort((a, b) => a - b);
      pills.push(pillOf(parent, className, folded, lags.at(-1) ?? null));
      pillLinks.push(pillLinkOf(parent, className, folded, lags[lags.length >> 1] ?? null));
      cells.set(
        parent,
        links.map(({ tone, glyph }) => ({ tone, glyph })),
      );
    }
  }
  if (pills.length === 0) return graph;
  return {
    nodes: [
      ...graph.nodes
        .filter((node) => !hidden.has(node.id))
        .map((node) => {
          const row = cells.get(node.id);
          if (row === undefined) return node;
          const role = node.facts.length > 0 ? node.role : say`feeds ${row.length} nodes`;
          return { ...node, role, cells: row };
        }),
      ...pills,
    ],
    links: [...graph.links.filter((link) => !hidden.has(downstreamOf(link))), ...pillLinks],
  };
}

/** The end of a link that is drawn to the left: a queue points back to its primary. */
export function upstreamOf(link: MapLink): string {
  return link.kind === 'queue' ? link.to : link.from;
}

export function downstreamOf(link: MapLink): string {
  return link.kind === 'queue' ? link.from : link.to;
}

function classOf(link: MapLink, node: MapNode | undefined): string {
  if (node === undefined) return 'trouble';
  const isQuietNode = node.tone === 'ok' || (node.tone === 'none' && node.word === '');
  if (link.tone === 'ok' && isQuietNode) return 'healthy';
  if (link.tone === 'none' && node.tone === 'none') return link.word;
  return 'trouble';
}

function pillOf(
  parent: string,
  className: string,
  links: readonly MapLink[],
  worstLagMs: number | null,
): MapNode {
  const isTrouble = className === 'trouble';
  const word = isTrouble ? say`more` : className === 'healthy' ? say`healthy` : className;
  return {
    id: `fold/${parent}/${className}`,
    kind: 'group',
    ...foldTexts(links.length, word, isTrouble ? null : worstLagMs),
    facts: [],
    tone: 'none',
    glyph: 'unknown',
    word: '',
    isOld: false,
    isOff: links.every((link) => link.word === say`not asked`),
    cells: [],
  };
}

function pillLinkOf(
  parent: string,
  className: string,
  links: readonly MapLink[],
  medianLagMs: number | null,
): MapLink {
  const first = links[0];
  const kind = first?.kind ?? 'streaming';
  const id = `fold/${parent}/${className}`;
  const isHealthy = className === 'healthy';
  const measured = isHealthy && medianLagMs !== null;
  return {
    id: `link/${id}`,
    kind,
    from: kind === 'queue' ? id : parent,
    to: kind === 'queue' ? parent : id,
    top: measured
      ? say`streaming · ${formatDuration(medianLagMs)}`
      : isHealthy
        ? say`healthy`
        : (first?.word ?? ''),
    sub: measured ? say`median of the group` : say`${links.length} links`,
    tone: first?.tone ?? 'none',
    glyph: isHealthy ? 'ok' : (first?.glyph ?? 'unknown'),
    word: isHealthy ? say`healthy` : (first?.word ?? ''),
    isCut: false,
    isOld: links.every((link) => link.isOld),
  };
}

function groupBy<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) push(groups, keyOf(item), item);
  return groups;
}

function push<T>(groups: Map<string, T[]>, key: string, item: T): void {
  const group = groups.get(key);
  if (group === undefined) groups.set(key, [item]);
  else group.push(item);
}
