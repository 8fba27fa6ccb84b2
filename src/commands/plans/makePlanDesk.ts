import { PlanRunner, type PlanRunnerDeps } from '../../operations/planRunner';
import { EditorPlanDialogs, type EditorPlanDialogsDeps } from './editorPlanDialogs';
import { PlanDesk } from './planDesk';
import type { PlanDeskDeps } from './planDeskDeps';

export interface DeskParts {
  readonly desk: Omit<PlanDeskDeps, 'runner' | 'dialogs'>;
  readonly runner: PlanRunnerDeps;
  readonly dialogs: EditorPlanDialogsDeps;
}

/** The desk with its runner and the editor's dialogs. */
export function makePlanDesk({ desk, runner, dialogs }: DeskParts): PlanDesk {
  return new PlanDesk({
    ...desk,
    runner: new PlanRunner(runner),
    dialogs: new EditorPlanDialogs(dialogs),
  });
}
