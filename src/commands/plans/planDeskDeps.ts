import type { PlanReport } from '../../core/plan/report';
import type { Passwords } from '../../core/ports/passwords';
import type { ChangeGateway } from '../../core/ports/changeGateway';
import type { ServerMemory } from '../../core/ports/serverMemory';
import type { TopologyMonitor } from '../../core/ports/topologyMonitor';
import type { ContactDesk } from '../../host/contactDesk';
import type { PlanRunner } from '../../operations/planRunner';
import type { CommandFiles } from '../commandFile';
import type { PlanDialogs } from './planDialogs';

/** What the way from a command to a change of servers leads through. */
export interface PlanDeskDeps {
  readonly gateway: Pick<ChangeGateway, 'userOf' | 'openChange'>;
  readonly passwords: Pick<Passwords, 'enterPassword'>;
  readonly runner: Pick<PlanRunner, 'run'>;
  readonly contact: Pick<ContactDesk, 'actOn' | 'allows'>;
  readonly monitor: Pick<TopologyMonitor, 'current' | 'refresh'>;
  readonly files: Pick<CommandFiles, 'find'>;
  readonly dialogs: PlanDialogs;
  /** Told of every plan that ran, with what became of it. */
  readonly onDidRun?: (report: PlanReport) => void;
  /** Which servers were seen before, and who was chosen in a split brain; without it nothing is remembered. */
  readonly servers?: Pick<ServerMemory, 'systemsOf' | 'chosenPrimaryOf'>;
}
