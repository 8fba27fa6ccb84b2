import { window } from 'vscode';
import { automaticDrainingText } from '../../core/queue/automaticDrainingText';
import { say } from '../../core/say';
import { showEscaped } from '../../core/visibleText';
import { confirmAct } from '../queue/confirmAct';
import { enterQueue } from '../queue/enterQueue';
import { pickQueue } from '../queue/pickQueue';
import type { Change } from './change';

const TITLE = say`Set Automatic Draining`;
const TURN_OFF = say`Turn Off`;

/** Turns automatic draining of an edge on, after saying what it will do, or off. */
export const setAutomaticDraining: Change = async (deps, target) => {
  const chosen = await pickQueue(deps, target, TITLE);
  if (chosen === null) return;
  const { topologyId, nodeId } = chosen;
  const address = { topologyId, nodeId };
  const edge = showEscaped(nodeId);
  if (deps.automaticDraining.isOn(address)) {
    const question = say`${edge} is drained automatically.`;
    if ((await window.showInformationMessage(question, { modal: true }, TURN_OFF)) !== TURN_OFF) {
      return;
    }
    await deps.automaticDraining.set(address, false);
    deps.audit.note(say`Automatic draining of ${nodeId}: turned off`);
    return;
  }
  const entered = await enterQueue(deps, address, { title: TITLE, changes: true });
  if (entered === null) return;
  const confirmed = await confirmAct({
    ...automaticDrainingText(nodeId, entered.queue),
    mustType: entered.environment === 'production' ? nodeId : null,
    purpose: say`let it be drained automatically`,
  });
  if (!confirmed) return;
  await deps.automaticDraining.set(address, true);
  deps.audit.note(say`Automatic draining of ${nodeId} to ${entered.primary.id}: turned on`);
  void window.showInformationMessage(
    say`${edge} is drained automatically from now on. The setting "pgTopology.automaticDraining" names it.`,
  );
};
