/** What a preflight can find, as a closed list; the words are in `text`. */
export type FindingCode =
  | 'missingTable'
  | 'missingColumn'
  | 'missingType'
  | 'rowsPresent'
  | 'firingTrigger'
  | 'uniqueKey'
  | 'slowApply'
  | 'columnType'
  | 'walLevel'
  | 'noFreeSlot'
  | 'noFreeSender'
  | 'noFreeWorker'
  | 'noReplicaIdentity'
  | 'unfitTable'
  | 'privilege'
  | 'wrongConninfo'
  | 'untestedConninfo'
  | 'sameServer'
  | 'missingPublication'
  | 'stillTaken'
  | 'notCarried'
  | 'nameTaken'
  | 'slotTaken'
  | 'slotLost'
  | 'illegalName'
  | 'standby'
  | 'readOnly'
  | 'notUndone'
  | 'lostAnswer'
  | 'pooler'
  | 'splitBrain'
  | 'unknownServer'
  | 'otherServer'
  | 'unsupportedOption'
  | 'passwordExposed'
  | 'tableTwice'
  | 'subscriberLacks'
  | 'allTables'
  | 'oldShape'
  | 'notFound'
  | 'longTransaction'
  | 'hbaRule'
  | 'slotInUse'
  | 'clusterManager'
  | 'losesChanges'
  | 'stoppedByError'
  | 'nothingToDo';

/** `error`: the plan does not run. `warning`: it runs, and this follows. `note`: worth knowing. */
export type FindingSeverity = 'error' | 'warning' | 'note';

/** One thing that was found before anything ran, with the way out. */
export interface Finding {
  readonly code: FindingCode;
  readonly severity: FindingSeverity;
  /** The node it concerns; `null` for the topology as a whole. */
  readonly nodeId: string | null;
  /** Finished sentence: what is wrong, on which object and node. */
  readonly text: string;
  /** What to do about it; `null` when nothing needs to be done. */
  readonly fix: FindingFix | null;
}

export interface FindingFix {
  /** Finished sentence. */
  readonly text: string;
  /** Statements or configuration lines to copy, never run by us; `null` when words are enough. */
  readonly copy: string | null;
}
