import type { FailureReason } from '../failure';
import { say } from '../say';
import type { NodeSnapshot, TopologySnapshot } from '../snapshot';
import { contextValue, icon, ROLE_ICONS, type RowText } from './rowText';

/** Commands that put right what a failure row tells. */
export type FixCommand =
  | 'connect'
  | 'refresh'
  | 'enterPassword'
  | 'copyGrant'
  | 'checkSetup'
  | 'dropSlot'
  | 'resolveSubscription'
  | 'openTopologyFile'
  | 'showLog'
  | 'manageTrust';

/** What failed, and the command that helps. */
export interface FailureRow {
  readonly text: RowText;
  readonly fix: FixCommand;
}

const FIX_TITLES: Readonly<Record<FixCommand, string>> = {
  connect: say`Connect`,
  refresh: say`Refresh`,
  enterPassword: say`Enter Password…`,
  copyGrant: say`Copy GRANT`,
  checkSetup: say`Check Set-up`,
  dropSlot: say`Drop Slot…`,
  resolveSubscription: say`Resolve Stopped Subscription…`,
  openTopologyFile: say`Open Topology File`,
  showLog: say`Show Log`,
  manageTrust: say`Manage Workspace Trust`,
};

/** The row below a node that says why it cannot be read, or not well; `null` when there is nothing to say. */
export function nodeFailureRow(node: NodeSnapshot): FailureRow | null {
  const { failure, contact, slow } = node.sample;
  if (contact === 'notApproved') {
    return fixRow(say`Its host was never approved from this folder`, 'connect');
  }
  if (node.verdict.code === 'noPrivilege') {
    const role = node.verdict.params.role ?? slow?.role ?? failure?.user ?? null;
    return fixRow(
      role === null ? say`The role lacks pg_monitor` : say`Role ${role} lacks pg_monitor`,
      'copyGrant',
    );
  }
  if (failure === null || failure.reason === 'cancelled') return null;
  const fix = FIXES[failure.reason] ?? 'showLog';
  if (failure.reason === 'passwordRefused') {
    const code = failure.sqlstate === null ? '' : ` (${failure.sqlstate})`;
    return fixRow(say`Password refused for ${failure.user ?? say`the user`}${code}`, fix);
  }
  if (failure.reason === 'passwordNeeded') {
    return fixRow(say`No password found for ${failure.user ?? say`the user`}`, fix);
  }
  return fixRow(failure.text.replace(/\.$/u, ''), fix);
}

/** The row below a topology that says why nothing was asked yet; `null` once something was. */
export function contactRow(snapshot: TopologySnapshot): FailureRow | null {
  const contacts = new Set(
    snapshot.nodes.filter((node) => node.isDeclared).map((node) => node.sample.contact),
  );
  if (contacts.has('restricted')) {
    return fixRow(say`In restricted mode no server is contacted`, 'manageTrust');
  }
  if (contacts.has('notAsked')) return fixRow(say`Nothing has been contacted`, 'connect');
  return null;
}

/** The row of a topology file that cannot be read and never could. */
export function fileFailureRow(fileName: string): FailureRow {
  return fixRow(say`${fileName} cannot be read`, 'openTopologyFile');
}

const FIXES: Partial<Readonly<Record<FailureReason, FixCommand>>> = {
  passwordNeeded: 'enterPassword',
  passwordRefused: 'enterPassword',
  privilege: 'copyGrant',
  unresolved: 'openTopologyFile',
  notPostgres: 'openTopologyFile',
  tlsRequired: 'openTopologyFile',
  tlsMissing: 'openTopologyFile',
  certificate: 'openTopologyFile',
  noDatabase: 'openTopologyFile',
  configuration: 'openTopologyFile',
  noHostFits: 'openTopologyFile',
  refused: 'refresh',
  unroutable: 'refresh',
  silent: 'refresh',
  starting: 'refresh',
  lost: 'refresh',
  readTimeout: 'refresh',
};

/** @param description what it says beside the label; absent: the title of its command */
export function fixRow(label: string, fix: FixCommand, description?: string): FailureRow {
  const title = FIX_TITLES[fix];
  return {
    text: {
      label,
      description: description ?? title,
      icon: icon(ROLE_ICONS.fix, null),
      contextValue: contextValue('failure', [], null, {}),
      accessibleLabel: `${label}, ${title}`,
    },
    fix,
  };
}
