import type { ConnectionProblemCode } from '../core/connectionStringTypes';
import type { DifferenceCode } from '../core/differences/difference';
import type { RoutingFinding } from '../core/routing/routingFindings';
import type { WayCommand } from '../core/differences/serverWay';

/** A piece of the file, in UTF-16 units. */
export interface TextRange {
  readonly offset: number;
  readonly length: number;
}

/** Replaces a range by `text`; all edits of one list refer to the text before any of them. */
export interface TextEdit extends TextRange {
  readonly text: string;
}

/** Keys and indexes from the root, as `['nodes', 'central', 'standbyOf']`. */
export type JsonPath = readonly (string | number)[];

export interface ProblemFix {
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /**
   * A command that does it: `moveSecret` puts a secret into the secret store before it makes the edits, the others act on
   * servers or on what is remembered of them.
   */
  readonly command: FixCommand | null;
  /** What the command is given; absent: the node of the problem's path. */
  readonly subject?: string;
}

export type FixCommand = 'moveSecret' | WayCommand;

/** What can be wrong with a file by itself, as a closed list. */
export type FileProblemCode =
  | ConnectionProblemCode
  | 'duplicate-key'
  | 'duplicate-node'
  | 'duplicate-table'
  | 'empty-name'
  | 'file-empty'
  | 'file-encoding'
  | 'file-too-deep'
  | 'file-too-large'
  | 'literal-password'
  | 'network-path'
  | 'no-nodes'
  | 'no-user'
  | 'node-name'
  | 'publication-all-tables'
  | 'publication-empty'
  | 'reserved-key'
  | 'role-conflict'
  | 'routing-database'
  | 'routing-elsewhere'
  | 'routing-primary-only'
  | 'routing-repeated'
  | 'schema'
  | 'self-reference'
  | 'shared-slot'
  | 'slot-name'
  | 'slot-name-derived'
  | 'syntax'
  | 'table-name'
  | 'threshold-order'
  | 'threshold-zero'
  | 'tls-disabled'
  | 'tls-unverified'
  | 'undeclared-publication'
  | 'unknown-key'
  | 'unknown-node'
  | 'upstream-cycle';

/** What only servers show, differences apart. */
export type LiveProblemCode =
  | RoutingFinding['code']
  | 'host-not-found'
  | 'option-version'
  | 'server-too-old';

type Kebab<Text extends string> = Text extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `-${Lowercase<First>}`}${Kebab<Rest>}`
  : Text;

/** `other-system`, `missing-publication`; a file that differs from its servers. */
export type DifferenceProblemCode = 'role-mismatch' | Kebab<Exclude<DifferenceCode, 'role'>>;

export type ProblemCode = FileProblemCode | LiveProblemCode | DifferenceProblemCode;

/** Something to say about one place in a topology file. */
export interface Problem {
  readonly severity: 'error' | 'warning' | 'information';
  /** Stable; documentation is found by it. */
  readonly code: ProblemCode;
  /** Finished sentences that stand beside the place. Never hold a secret. */
  readonly message: string;
  readonly range: TextRange;
  readonly related: readonly { readonly message: string; readonly range: TextRange }[];
  readonly fixes: readonly ProblemFix[];
  /** Place in the document; `null` where the text is not JSON. */
  readonly path: JsonPath | null;
  /** True when VS Code marks the same place by itself, by JSON's grammar or our schema; then it is not published again. */
  readonly publishedBySchema: boolean;
  /** True when no topology can be made of the file because of it. */
  readonly blocks: boolean;
  /** True when the text is right by itself and a server is otherwise. */
  readonly isLive: boolean;
}

type Defaults = 'related' | 'fixes' | 'path' | 'publishedBySchema' | 'blocks' | 'isLive';

/** Fills in what most problems leave empty. */
export function makeProblem(
  problem: Omit<Problem, Defaults> & Partial<Pick<Problem, Defaults>>,
): Problem {
  return {
    related: [],
    fixes: [],
    path: null,
    publishedBySchema: false,
    blocks: false,
    isLive: false,
    ...problem,
  };
}
