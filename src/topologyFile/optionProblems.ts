import {
  DECODING_ON_STANDBY_VERSION,
  LISTS_AND_FILTERS_VERSION,
  PARALLEL_STREAMING_VERSION,
  PUBLICATION_OPTION_VERSIONS,
  SUBSCRIPTION_OPTION_VERSIONS,
} from '../core/optionVersions';
import { say } from '../core/say';
import type { DeclaredPublication, DeclaredSubscription, Topology } from '../core/topology';
import { removeValue } from './edits';
import { editFix } from './fileContext';
import type { Positions } from './positions';
import { makeProblem } from './problem';
import type { JsonPath, Problem } from './problem';

/**
 * What the file asks of a node that the version of its server does not have. For a node whose version is known.
 * @param serverVersionNum server_version_num, for example 150004
 * @see the pages of CREATE PUBLICATION and CREATE SUBSCRIPTION of each version
 */
export function optionProblems(
  topology: Topology,
  nodeId: string,
  serverVersionNum: number,
  positions: Positions,
  text: string,
): readonly Problem[] {
  const node = topology.nodes.find((candidate) => candidate.id === nodeId);
  if (node === undefined) return [];
  const path: JsonPath = ['nodes', nodeId];
  const needs = [
    ...node.publications.flatMap((publication) =>
      publicationNeeds([...path, 'publications', publication.name], publication),
    ),
    ...node.subscriptions.flatMap((subscription) =>
      subscriptionNeeds([...path, 'subscriptions', subscription.name], subscription),
    ),
    ...(node.standbyOf === null ? [] : standbyNeeds(topology, nodeId)),
  ];
  return needs
    .filter((need) => need.version > serverVersionNum)
    .map((need) => toProblem(need, nodeId, serverVersionNum, { positions, text }))
    .sort((left, right) => left.range.offset - right.range.offset);
}

interface Need {
  /** True for an option: without it that server does as it does anyway. */
  readonly isOption?: boolean;
  readonly what: string;
  readonly version: number;
  readonly path: JsonPath;
}

function publicationNeeds(path: JsonPath, publication: DeclaredPublication): readonly Need[] {
  const needs: Need[] = optionNeeds(path, publication.options, PUBLICATION_OPTION_VERSIONS);
  if (publication.schemas.length > 0) {
    needs.push({
      what: '"schemas"',
      version: LISTS_AND_FILTERS_VERSION,
      path: [...path, 'schemas'],
    });
  }
  for (const [index, table] of publication.tables.entries()) {
    for (const key of ['columns', 'rowFilter'] as const) {
      if (table[key] === null) continue;
      const place = [...path, 'tables', index, key];
      needs.push({ what: `"${key}"`, version: LISTS_AND_FILTERS_VERSION, path: place });
    }
  }
  return needs;
}

function subscriptionNeeds(path: JsonPath, subscription: DeclaredSubscription): readonly Need[] {
  const needs = optionNeeds(path, subscription.options, SUBSCRIPTION_OPTION_VERSIONS);
  if (subscription.options['streaming'] === 'parallel') {
    const place = [...path, 'streaming'];
    needs.push({
      what: say`streaming "parallel"`,
      version: PARALLEL_STREAMING_VERSION,
      path: place,
    });
  }
  return needs;
}

/** A standby can serve subscriptions only where it can decode WAL itself. */
function standbyNeeds(topology: Topology, nodeId: string): readonly Need[] {
  return topology.nodes.flatMap((other) =>
    other.subscriptions
      .filter((subscription) => subscription.publisher === nodeId)
      .map((subscription) => ({
        what: say`a standby as publisher`,
        version: DECODING_ON_STANDBY_VERSION,
        path: ['nodes', other.id, 'subscriptions', subscription.name, 'publisher'],
      })),
  );
}

function optionNeeds(
  path: JsonPath,
  options: Readonly<Record<string, unknown>>,
  versions: ReadonlyMap<string, number>,
): Need[] {
  return Object.keys(options).flatMap((key) => {
    const version = versions.get(key);
    return version === undefined
      ? []
      : [{ what: `"${key}"`, version, path: [...path, key], isOption: true }];
  });
}

function toProblem(
  need: Need,
  nodeId: string,
  serverVersionNum: number,
  { positions, text }: { readonly positions: Positions; readonly text: string },
): Problem {
  const has = Math.floor(serverVersionNum / 10000);
  const wants = Math.floor(need.version / 10000);
  return makeProblem({
    severity: 'error',
    code: 'option-version',
    message: say`"${nodeId}" runs Postgres ${has}: ${need.what} needs ${wants} or newer.`,
    path: need.path,
    fixes:
      need.isOption === true
        ? [editFix(say`Remove ${need.what}`, removeValue(text, need.path))]
        : [],
    range: positions.keyAt(need.path) ?? positions.valueAt(need.path) ?? { offset: 0, length: 1 },
  });
}
