import type { FailureReason } from '../failure';
import { formatCounted } from '../format';
import { monitorGrant } from '../grants';
import { say } from '../say';
import { escapeIdentifier } from '../sql';
import type { NodeSnapshot } from '../snapshot';
import { command, configuration, statement } from './actions';
import type { Diagnosis, NextAction } from './diagnosis';
import { fact, makeDiagnosis, speakFor, type About, type Finding } from './makeDiagnosis';
import { listed, shownId } from './names';
import { troublesOfServer } from './serverTroubles';
import { NO_SCOPE } from './evidenceQuery';
import { isRead, type Picture } from './picture';

/** What is said of a server itself: whether it can be read, what it is, and what runs out on it. */
export function diagnoseNode(picture: Picture, node: NodeSnapshot): readonly Diagnosis[] {
  const about: About = { subject: node.id, nodeId: node.id, verdict: node.verdict };
  const own = speakFor(about, findingOf(picture, node));
  if (!isRead(node)) return [own];
  return [own, ...troublesOfServer(picture, node).map((found) => makeDiagnosis(about, found))];
}

function findingOf(picture: Picture, node: NodeSnapshot): Finding {
  const id = shownId(node.id);
  const { verdict, sample } = node;
  const { code } = verdict;
  switch (code) {
    case 'restricted':
      return {
        code,
        title: say`${id} has not been asked: this workspace is in restricted mode.`,
        detail: [say`No server is contacted until the workspace is trusted.`],
        actions: [command('openTopologyFile', node.id)],
      };
    case 'notConnected':
      return {
        code,
        title: say`${id} has not been asked yet.`,
        actions: [command('connect', node.id)],
      };
    case 'notApproved':
      return {
        code,
        title: say`${id} has not been asked: its host was never approved from this folder.`,
        actions: [command('connect', node.id), command('openTopologyFile', node.id)],
      };
    case 'disconnected':
      return {
        code,
        title: say`${id} is disconnected.`,
        detail: [say`It is not asked until it is connected again.`],
        actions: [command('connect', node.id)],
      };
    case 'connecting':
      return { code, title: say`${id} is being connected.` };
    case 'stale':
      return {
        code,
        title: say`${id} has not been read lately.`,
        detail: [
          sample.isPollingPaused
            ? say`Nobody looks, so it is not asked; what is shown is from before.`
            : say`What is shown of it is from before.`,
        ],
        actions: [command('refresh', node.id)],
      };
    case 'unreachable':
      return awayFinding(picture, node);
    case 'starting':
      return {
        code,
        title: say`${id} is starting and does not accept connections yet.`,
        detail: [
          node.declaredRoles.includes('standby')
            ? say`A standby accepts connections once what it replayed is consistent.`
            : null,
          say`It is asked again by itself.`,
        ],
        evidence: failureFacts(node),
        actions: [command('refresh', node.id)],
      };
    case 'passwordNeeded':
    case 'notPostgres':
      return {
        code,
        title: sample.failure?.text ?? say`${id} could not be asked.`,
        detail: [sample.failure?.advice ?? null],
        evidence: failureFacts(node),
        actions: waysOf(node),
      };
    case 'tooOld':
      return {
        code,
        title:
          sample.failure?.text ??
          say`${id} runs Postgres ${sample.slow?.serverVersion ?? say`before 14`}; this needs 14 or newer.`,
        detail: [say`Other nodes are not affected.`],
        evidence: failureFacts(node),
        actions: [command('openTopologyFile', node.id)],
      };
    case 'noPrivilege':
      return privilegeFinding(node);
    case 'splitBrain':
      return {
        code,
        title: say`${listed([node.id, ...(verdict.params.otherNodes ?? [])])} take writes and are of one system.`,
        detail: [
          say`What one of them writes the others never get: their data diverge.`,
          say`Every change is refused until you choose the primary.`,
        ],
        evidence: identityFacts(node),
        actions: [command('choosePrimary', node.id), command('showDifferences', node.id)],
      };
    case 'roleMismatch':
      return roleFinding(picture, node);
    case 'wrongSystem':
      return {
        code,
        title: say`${id} is not the server that is expected there: ${verdict.params.reason ?? say`its system is another`}.`,
        detail: [say`Changes to it are refused until the server is accepted.`],
        evidence: identityFacts(node),
        actions: [command('acceptServer', node.id), command('openTopologyFile', node.id)],
      };
    case 'healthy':
      return { code, title: healthyTitle(picture, node), evidence: identityFacts(node) };
    default:
      return {
        code,
        title: say`The state of ${id} is unknown.`,
        detail: [verdict.params.reason ?? null],
        actions: [command('refresh', node.id)],
      };
  }
}

function healthyTitle(picture: Picture, node: NodeSnapshot): string {
  const version = node.sample.slow?.serverVersion;
  const out = picture.outgoing(node.id).length;
  const into = picture.incoming(node.id).length;
  const links = [
    ...(out > 0 ? [say`feeds ${formatCounted(out, 'link')}`] : []),
    ...(into > 0 ? [say`takes from ${formatCounted(into, 'link')}`] : []),
  ].join(say` and `);
  const state = version === undefined ? say`answers` : say`answers, Postgres ${version}`;
  return `${shownId(node.id)} ${state}${links === '' ? '' : say`; it ${links}`}.`;
}

/** Away from here is not down: others may stream from it. */
function awayFinding(picture: Picture, node: NodeSnapshot): Finding {
  const { failure } = node.sample;
  const others = node.verdict.params.otherNodes ?? [];
  const evidence = [
    ...failureFacts(node),
    ...others.flatMap((id) => {
      const other = picture.node(id);
      if (other === null) return [];
      const at = { nodeId: id, atMs: other.sample.fastAtMs, scope: NO_SCOPE };
      return picture.fast(id)?.isInRecovery === true
        ? [fact(say`Receives from it`, say`yes`, 'pg_stat_wal_receiver', at)]
        : [fact(say`Receives from it`, say`yes`, 'pg_stat_subscription', at)];
    }),
  ];
  const actions = waysOf(node);
  if (others.length > 0) {
    const runs = others.length === 1 ? say`receives` : say`receive`;
    return {
      code: 'unreachableFromHere',
      title: say`${node.id} is unreachable from here, but it runs: ${listed(others)} ${runs} from it.`,
      detail: [
        failure?.text ?? null,
        failure?.advice ?? null,
        say`What only ${node.id} knows, such as how far behind the others are, is unknown.`,
      ],
      evidence,
      actions,
    };
  }
  return {
    code: 'unreachable',
    title: say`${node.id} is unreachable from here.`,
    detail: [
      failure?.text ?? null,
      failure?.advice ?? null,
      say`Nobody that can be asked receives from it.`,
    ],
    evidence,
    actions,
  };
}

/** What helps against a failure, the likely one first. */
function waysOf(node: NodeSnapshot): readonly (NextAction | null)[] {
  const { failure } = node.sample;
  const { id } = node;
  const user = failure?.user ?? null;
  const file = command('openTopologyFile', id);
  const again = command('refresh', id);
  switch (failure?.reason ?? 'other') {
    case 'passwordNeeded':
    case 'passwordRefused':
      return [command('enterPassword', id), file];
    case 'roleRefused':
      return [
        user === null
          ? null
          : statement(
              id,
              () => `ALTER ROLE ${escapeIdentifier(user)} LOGIN;`,
              say`Lets ${user} log in, where that was taken from it; the server's words say whether it was.`,
            ),
        command('checkSetup', id),
        file,
      ];
    case 'hbaRefused':
    case 'tlsRequired':
      return [command('checkSetup', id), file, again];
    case 'connectionsFull':
      return [
        configuration(
          id,
          'max_connections = 200',
          say`More sessions at a time, after a restart; first see who holds those that there are.`,
        ),
        again,
      ];
    case 'privilege':
      return [command('copyGrant', id), command('checkSetup', id)];
    default:
      return FILE_REASONS.has(failure?.reason ?? 'other')
        ? [file, again]
        : [again, command('checkSetup', id), command('showLog', id), file];
  }
}

const FILE_REASONS: ReadonlySet<FailureReason> = new Set([
  'unresolved',
  'notPostgres',
  'tlsMissing',
  'certificate',
  'noDatabase',
  'configuration',
  'noHostFits',
]);

function privilegeFinding(node: NodeSnapshot): Finding {
  const { slow, failure } = node.sample;
  const role = node.verdict.params.role ?? slow?.role ?? failure?.user ?? null;
  const where =
    node.role === 'standby'
      ? say`on the primary, from where it comes to the standby`
      : say`on ${node.id}`;
  return {
    code: 'noPrivilege',
    title: say`${role === null ? say`Our role` : say`Role ${role}`} may not see replication state on ${node.id}.`,
    detail: [say`Rows are there, their positions and lags are hidden: lag is unknown, not zero.`],
    evidence: [
      ...failureFacts(node),
      ...(node.sample.fast === null
        ? []
        : [fact(say`Positions`, say`hidden from our role`, 'pg_stat_replication', placeOf(node))]),
    ],
    actions: [
      role === null
        ? null
        : statement(
            node.id,
            () => monitorGrant(role),
            say`Lets ${role} read statistics of all sessions; run it ${where} as a superuser.`,
          ),
      command('copyGrant', node.id),
      command('checkSetup', node.id),
    ],
  };
}

function roleFinding(picture: Picture, node: NodeSnapshot): Finding {
  const declared = picture.snapshot.topology.nodes.find(({ id }) => id === node.id);
  const upstream = declared?.standbyOf ?? null;
  const isPrimary = node.sample.fast?.isInRecovery === false;
  const is = isPrimary ? say`a primary` : say`a standby`;
  return {
    code: 'roleMismatch',
    title:
      upstream === null
        ? say`The file declares ${node.id} no standby, but it is ${is}.`
        : say`The file declares ${node.id} a standby of ${upstream}, but it is ${is}.`,
    detail: [
      isPrimary
        ? say`If it was promoted, write that into the file. To make it a standby again, bring it back to its upstream's history by pg_rewind or clone it anew: what it wrote by itself is lost by that.`
        : say`If it is to be the primary, promote it; else write into the file whose standby it is.`,
    ],
    evidence: [
      fact(say`In recovery`, isPrimary ? say`no` : say`yes`, 'pg_is_in_recovery()', placeOf(node)),
    ],
    actions: [
      command('showDifferences', node.id),
      isPrimary ? null : command('promoteStandby', node.id),
      command('openTopologyFile', node.id),
    ],
  };
}

function identityFacts(node: NodeSnapshot) {
  const { fast } = node.sample;
  if (fast === null) return [];
  const at = placeOf(node);
  return [
    fact(
      say`Role`,
      fast.isInRecovery ? say`in recovery` : say`takes writes`,
      'pg_is_in_recovery()',
      at,
    ),
    ...(fast.systemIdentifier === null
      ? []
      : [fact(say`System`, fast.systemIdentifier, 'pg_control_system()', at)]),
  ];
}

function placeOf(node: NodeSnapshot) {
  return { nodeId: node.id, atMs: node.sample.fastAtMs, scope: NO_SCOPE };
}

/** The server's own words; no statement shows them again. */
function failureFacts(node: NodeSnapshot) {
  const { failure, failingSinceMs } = node.sample;
  if (failure === null) return [];
  const words = failure.serverMessage ?? failure.text;
  const code = failure.sqlstate === null ? '' : ` (${failure.sqlstate})`;
  return [
    {
      label: say`Failure`,
      value: `${words}${code}`,
      source: say`connection to ${node.id}`,
      atMs: failingSinceMs,
      query: null,
    },
  ];
}
