import { formatCounted, formatLasting, speak } from '../format';
import { say, sayWord } from '../say';
import type { NodeSnapshot } from '../snapshot';
import { edgeWords, elapsed, staleWords } from './edgeWords';
import { nodeHealthOf, nodeStateOf, type NodeState } from './nodeState';
import { queuedWords } from './queueText';
import {
  contextValue,
  facts,
  icon,
  iconOf,
  ROLE_ICONS,
  type RowIcon,
  type RowText,
} from './rowText';
import type { SnapshotIndex } from './snapshotIndex';

/** The newest major that was tested with; a newer one works with a note. */
const NEWEST_TESTED_MAJOR = 18;

/** The row of a node: `central-read`, `standby · streaming · 12 ms`. */
export function nodeRowText(node: NodeSnapshot, index: SnapshotIndex): RowText {
  const label = nodeLabel(node);
  const state = nodeStateOf(node, index);
  const description = describeNode(node, state, index);
  const isConnected = node.sample.contact === 'connected';
  return {
    label,
    description,
    icon: nodeIcon(node, state),
    contextValue: contextValue('node', rolesOf(node), nodeHealthOf(node, index), {
      connected: isConnected,
      production: index.isProduction,
      declared: node.isDeclared,
      undeclared: !node.isDeclared,
      paused: state.verdict.code === 'paused',
      drainable: (index.queueOf(node.id)?.facts?.waiting ?? 0) > 0,
      writable:
        isConnected &&
        node.role === 'primary' &&
        node.sample.fast?.isInRecovery === false &&
        index.declaredNode(node.id)?.access !== 'readOnly',
    }),
    accessibleLabel: `${label}, ${speak(spokenState(description, state))}`,
  };
}

/** What people call a node; the id of one that is not in the file carries a prefix. */
export function nodeLabel(node: NodeSnapshot): string {
  return node.isDeclared ? node.id : node.id.replace(/^undeclared\//u, '');
}

/** By the file where it is declared, else by the server. */
function rolesOf(node: NodeSnapshot): readonly string[] {
  return node.declaredRoles.length > 0 ? node.declaredRoles : [node.role];
}

function describeNode(node: NodeSnapshot, state: NodeState, index: SnapshotIndex): string {
  if (!node.isDeclared && state.about === 'node')
    return facts(sayWord(node.role), say`not in the file`);
  switch (state.about) {
    case 'node':
      return describeServer(node, index);
    case 'queue':
      return facts(say`edge`, queuedWords(state.queue, index.nowMs));
    case 'edge': {
      const { edge } = state;
      const { state: said, measure } = edgeWords(edge, index.nowMs);
      if (!node.isDeclared) return facts(sayWord(node.role), say`not in the file`, measure);
      if (edge.kind === 'logical') return describeSubscriber(node, state, index);
      if (edge.verdict.code === 'roleMismatch') return facts(said, measure);
      const upstream = edge.from === null ? null : index.node(edge.from);
      const isCascade = upstream?.role === 'standby';
      if (isCascade && edge.verdict.code === 'streaming') {
        return facts(say`standby of ${upstream.id}`, measure);
      }
      return facts(isCascade ? say`standby of ${upstream.id}` : say`standby`, said, measure);
    }
  }
}

function describeSubscriber(
  node: NodeSnapshot,
  state: NodeState & { readonly about: 'edge' },
  index: SnapshotIndex,
): string {
  const { edge } = state;
  const role = node.declaredRoles.includes('edge') ? say`edge` : say`subscriber`;
  const queue = index.queueOf(node.id);
  if (edge.verdict.health === 'healthy' && queue !== null) {
    return facts(say`edge`, queuedWords(queue, index.nowMs));
  }
  const { state: said, measure } = edgeWords(edge, index.nowMs);
  if (edge.verdict.code === 'stoppedByError')
    return facts(role, say`${edge.name} stopped`, measure);
  const names = ['disabled', 'applyErrorLoop', 'noWorker', 'notStreaming', 'slotLost'];
  const who = names.includes(edge.verdict.code) ? `${edge.name} ${said}` : said;
  return facts(role, who, measure);
}

function describeServer(node: NodeSnapshot, index: SnapshotIndex): string {
  const { code, params } = node.verdict;
  const role = roleWords(node, index);
  const age = elapsed(node, index.nowMs);
  switch (code) {
    case 'unreachable': {
      const seen = params.otherNodes?.length ?? 0;
      const last =
        seen > 0
          ? `${formatCounted(seen, 'standby')} ${seen === 1 ? say`streams` : say`stream`}`
          : age;
      return facts(say`unreachable from here`, last);
    }
    case 'starting':
      return say`starting, not yet accepting connections`;
    case 'passwordNeeded':
      return facts(
        role,
        node.sample.failure?.reason === 'passwordRefused'
          ? say`password refused`
          : say`needs a password`,
      );
    case 'tooOld': {
      const version = serverVersion(node);
      return version === null
        ? say`needs Postgres 14 or newer`
        : facts(`Postgres ${version}`, say`needs 14 or newer`);
    }
    case 'notPostgres':
      return say`answers, but is not Postgres`;
    case 'noPrivilege':
      return facts(role, say`lag unknown`, say`needs pg_monitor`);
    case 'splitBrain': {
      const count = (params.otherNodes?.length ?? 1) + 1;
      return facts(say`primary`, say`${count} writable nodes of one system`);
    }
    case 'roleMismatch': {
      const declared = node.declaredRoles[0] ?? 'primary';
      return facts(
        say`declared ${sayWord(declared)}`,
        say`is a ${sayWord(params.role ?? node.role)}`,
      );
    }
    case 'wrongSystem':
      return facts(role, say`not the system seen before`);
    case 'stale': {
      const incoming = index.incoming(node.id)[0];
      const lasting =
        node.sample.fastAtMs === null ? null : formatLasting(node.sample.fastAtMs, index.nowMs);
      if (incoming?.lastKnown)
        return facts(sayWord(node.role), staleWords(incoming.lastKnown, index.nowMs));
      return facts(role, lasting === null ? say`out of date` : say`not read ${lasting}`);
    }
    case 'notFound':
      return facts(role, say`in the file, never seen`);
    case 'restricted':
    case 'notConnected':
    case 'notApproved':
      return facts(role, code === 'restricted' ? null : say`not connected`);
    case 'disconnected':
      return facts(role, say`disconnected`);
    case 'connecting':
      return facts(role, say`connecting`);
    default:
      return describePrimary(node, role, index);
  }
}

function describePrimary(node: NodeSnapshot, role: string, index: SnapshotIndex): string {
  const version = serverVersion(node);
  const major = Math.floor((node.sample.fast?.serverVersionNum ?? 0) / 10_000);
  if (version !== null && major > NEWEST_TESTED_MAJOR) {
    return facts(sayWord(node.role), say`Postgres ${version}, not yet tested`);
  }
  const replicas = index.outgoing(node.id).filter((edge) => edge.kind !== 'consumer').length;
  return facts(role, replicas === 0 ? null : formatCounted(replicas, 'replica'));
}

/** `primary · publisher`, `standby of central-read`, `subscriber`, `edge`. */
export function roleWords(node: NodeSnapshot, index: SnapshotIndex): string {
  if (node.role === 'standby') {
    const upstream = index.declaredNode(node.id)?.standbyOf ?? null;
    const isCascade = upstream !== null && index.node(upstream)?.role === 'standby';
    return isCascade ? say`standby of ${upstream}` : say`standby`;
  }
  if (node.role === 'primary' && node.declaredRoles.includes('publisher')) {
    return facts(say`primary`, say`publisher`);
  }
  return sayWord(node.role);
}

/** `17.2`; `null` before the server was ever read. */
export function serverVersion(node: NodeSnapshot): string | null {
  const { slow, fast } = node.sample;
  if (slow !== null) return slow.serverVersion.split(' ')[0] ?? slow.serverVersion;
  if (fast === null) return null;
  return `${Math.floor(fast.serverVersionNum / 10_000)}.${fast.serverVersionNum % 10_000}`;
}

function nodeIcon(node: NodeSnapshot, state: NodeState): RowIcon {
  const role = node.declaredRoles.includes('edge') && node.role !== 'standby' ? 'edge' : node.role;
  // An old value says so in words and with its age; nothing is known against the node.
  if (state.verdict.code === 'stale') return icon(ROLE_ICONS[role], null);
  if (state.about === 'queue' && state.verdict.code === 'queueAbsent')
    return icon(ROLE_ICONS[role], null);
  const found = iconOf(role, state.verdict.code);
  const isBad = state.verdict.health === 'warning' || state.verdict.health === 'error';
  return isBad && found.themeColor === null ? iconOf(role, 'lagging') : found;
}

/** A lag that ends the sentence is spoken as a distance. */
function spokenState(description: string, state: NodeState): string {
  const { code } = state.verdict;
  const isLag = state.about === 'edge' && (code === 'streaming' || code === 'catchingUp');
  return isLag ? say`${description} behind` : description;
}
