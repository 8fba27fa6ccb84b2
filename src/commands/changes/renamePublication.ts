import { planRenamePublication } from '../../core/plan/planRenamePublication';
import { say } from '../../core/say';
import { askText } from '../../host/prompts';
import { CatalogSource } from '../plans/catalogSource';
import { validateName } from '../plans/names';
import { pickPublication, readersOf } from '../plans/pickPublication';
import type { Change } from './change';

const TITLE = say`Rename Publication`;

/** Gives a publication another name, with everybody who takes it, by a plan. */
export const renamePublication: Change = async (deps, target) => {
  const chosen = await pickPublication(deps, target, {
    title: TITLE,
    placeholder: say`Which publication should get another name?`,
  });
  if (chosen === null) return;
  const { topologyId, nodeId, name } = chosen;
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  const source = new CatalogSource(deps.plans, TITLE);
  const catalog = await source.catalog({ topologyId, nodeId });
  if (snapshot === undefined || catalog === null) return;
  const taken = catalog.publications.map((publication) => publication.name);
  const newName = await askText({
    place: { title: TITLE, step: 1, totalSteps: 1, canGoBack: false },
    prompt: say`New name of ${name} on ${nodeId}`,
    placeholder: say`Letters, digits and _ · at most 63 bytes`,
    value: name,
    validate: (text) => {
      if (text === name) return say`This is its name now. Choose another.`;
      return (
        validateName(text) ??
        // One that a plan made and came no further is gone on with.
        (taken.includes(text) && !taken.includes(name)
          ? say`${nodeId} has a publication ${text} already. Choose another name.`
          : null)
      );
    },
  });
  if (newName === null || newName === 'back') return;
  await source.work(topologyId).carryOut({
    nodeIds: [nodeId, ...readersOf(snapshot, nodeId)],
    plan: (context) => planRenamePublication({ nodeId, name, newName }, context),
  });
};
