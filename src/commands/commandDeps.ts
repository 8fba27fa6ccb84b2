import type { ChangeGateway } from '../core/ports/changeGateway';
import type { LookAgain } from '../core/discovery/lookAgain';
import type { ProposalChoices, TopologyProposal } from '../core/discovery/proposal';
import type { Checks } from '../core/ports/checks';
import type { AuditLog } from '../core/ports/auditLog';
import type { Clock } from '../core/ports/clock';
import type { DiscoveryGateway } from '../core/ports/discoveryGateway';
import type { Drains, QueueDesk } from '../core/ports/drains';
import type { NodeGateway } from '../core/ports/nodeGateway';
import type { Passwords } from '../core/ports/passwords';
import type { SecretStore } from '../core/ports/secretStore';
import type { SelectionGateway } from '../core/ports/selectionGateway';
import type { ServerMemory } from '../core/ports/serverMemory';
import type { TopologyMonitor } from '../core/ports/topologyMonitor';
import type { QueueAddress } from '../core/queue/drain';
import type { AttentionStore } from '../host/attentionStore';
import type { AutomaticDraining } from '../host/automaticDraining';
import type { ContactDesk } from '../host/contactDesk';
import type { LeftoverStore } from '../host/leftoverStore';
import type { LogChannel } from '../host/logChannel';
import type { PlanDocuments } from '../host/planDocuments';
import type { SetupResults } from '../host/setupResults';
import type { StopRecords } from '../host/stopRecords';
import type { UnseenChecks } from '../operations/checks/unseenChecks';
import type { StoppedReader } from '../operations/stoppedReader';
import type { CommandFiles } from './commandFile';
import type { DemoActs } from './demo/demoActs';
import type { Plans } from './plans/plansOnDemand';
import type { Target } from './target';

/** What commands work with. */
export interface CommandDeps {
  readonly monitor: Pick<
    TopologyMonitor,
    'current' | 'connect' | 'disconnect' | 'refresh' | 'acceptServer' | 'retell'
  >;
  readonly files: CommandFiles;
  /** Waits until files that were just saved are read. */
  readonly filesUpToDate: () => Promise<void>;
  readonly checks: Checks;
  /** Continuous checks while nothing shows them. */
  readonly unseenChecks: Pick<UnseenChecks, 'goOn' | 'goesOn'>;
  readonly contact: Pick<ContactDesk, 'act' | 'actOn' | 'allows' | 'isApproved' | 'approve'>;
  readonly passwords: Passwords;
  readonly secrets: SecretStore;
  readonly endpointsOf: NodeGateway['endpointsOf'];
  /** The one way to change a server. */
  readonly plans: Plans;
  readonly gateway: Pick<ChangeGateway, 'tryReplication' | 'openChange' | 'userOf'> &
    SelectionGateway;
  /** Looks at servers that no file names yet. */
  readonly discovery: DiscoveryGateway;
  /** Shows what was found, until a person decided; `null`: nothing is to be written. */
  readonly chooseInMap: (question: {
    readonly proposal: TopologyProposal;
    readonly title: string;
    readonly takenNames: readonly string[];
    readonly lookAgain?: LookAgain;
  }) => Promise<ProposalChoices | null>;
  /** Replays queues. */
  readonly drains: Drains;
  /** Looks into queues, and carries out what a person decides. */
  readonly queues: QueueDesk;
  /** What the tree shows of them. */
  readonly queueReader: { refresh(address: QueueAddress): void };
  readonly automaticDraining: Pick<AutomaticDraining, 'isOn' | 'set'>;
  readonly stopped: Pick<StoppedReader, 'read'>;
  /** What notifications were told of, and which are muted. */
  readonly attention: Pick<
    AttentionStore,
    'of' | 'mutedIn' | 'isAllMuted' | 'mute' | 'unmute' | 'setAllMuted'
  >;
  /** Slots that plans left on publishers. */
  readonly leftovers: Pick<LeftoverStore, 'add'>;
  /** What *Check Set-up* found last. */
  readonly setups: Pick<SetupResults, 'of' | 'note'>;
  /** Why subscriptions stopped, as it was read last. */
  readonly stops: Pick<StopRecords, 'of' | 'note'>;
  readonly log: LogChannel;
  /** The channel of the statements that changed a server. */
  readonly audit: { show(): void } & Pick<AuditLog, 'note' | 'statement'>;
  readonly clock: Clock;
  readonly dashboard: {
    show(focus: {
      readonly topologyId: string | null;
      readonly id: string | null;
      readonly section?: 'loss';
    }): void;
  };
  /** Writes down what the dashboard shows. */
  readonly incidents: {
    /** @param withHosts false: hosts and addresses are replaced */
    make(topologyId: string, withHosts: boolean): Promise<string>;
  };
  readonly explorer: { reveal(topologyId: string, subject: string | null): Promise<void> };
  readonly demo: DemoActs;
  readonly isTrusted: () => boolean;
  /** Takes secrets out of text that leaves for the clipboard. */
  readonly redact: (text: string) => string;
  /** Which servers were seen before, and who was chosen in a split brain. */
  readonly servers: ServerMemory;
  /** Where this process finds what libpq finds. */
  readonly environment: {
    readonly variables: Readonly<Record<string, string | undefined>>;
    readonly homeDirectory: string;
  };
  /** Documents of ours, to read. */
  readonly documents: Pick<PlanDocuments, 'show' | 'showDifference' | 'openAsFile'>;
  /** Whether the table has a command. */
  readonly hasCommand: (id: string) => boolean;
  /** Starts another command of the table. */
  readonly runCommand: (id: string, target: Target | null) => Promise<void>;
}
