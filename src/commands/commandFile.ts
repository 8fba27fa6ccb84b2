import type { Uri } from 'vscode';
import type { Topology } from '../core/topology';
import type { Positions } from '../topologyFile/positions';
import type { Problem } from '../topologyFile/problem';

/** What commands need of a topology file. */
export interface CommandFile {
  readonly id: string;
  readonly uri: Uri;
  readonly name: string;
  readonly topology: Topology | null;
  readonly isValid: boolean;
  /** As an editor shows it, else as stored; `null` when it was not read. */
  readonly shown: {
    readonly text: string;
    readonly parsed: {
      readonly topology: Topology | null;
      readonly problems: readonly Problem[];
      readonly positions: Positions;
    };
  } | null;
}

export interface CommandFiles {
  current(): readonly CommandFile[];
  find(id: string): CommandFile | null;
}
