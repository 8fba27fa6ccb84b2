import { ProgressLocation, window } from 'vscode';
import { concernedNodes } from '../core/describe/concernedNodes';
import { say } from '../core/say';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { pickSubject } from './pickSubject';
import { detailOf, showTarget } from './showDetails';
import { explained, type Target } from './target';

/** From here on a person is told what is waited for, and may stop waiting. */
const SLOW_MS = 1_500;

/** Shows why something is as it is and what that rests on, while the nodes concerned are asked anew. */
export const explain = defineCommand('explain', {
  title: say`Explain…`,
  needs: 'topology',
  argument: 'optional',
  run: async (deps, target) => {
    const chosen =
      target ?? (await pickSubject(deps, say`Explain`, say`What should be explained?`));
    if (chosen === null) return;
    const meant = { ...chosen, subject: explained(chosen, deps.monitor.current()) };
    // What is known is shown at once: a node that does not answer is what people want explained most.
    const shown = showTarget(deps, meant);
    await askAnew(deps, meant);
    if (detailOf(deps, meant) !== shown) showTarget(deps, meant);
  },
});

/** Ends when every node concerned answered or failed, or when the user stops waiting. In Restricted Mode nobody is asked. */
async function askAnew(
  { contact, monitor, clock }: Pick<CommandDeps, 'contact' | 'monitor' | 'clock'>,
  { topologyId, subject }: Target,
): Promise<void> {
  if (!(await contact.act())) return;
  const snapshot = monitor.current().find(({ id }) => id === topologyId);
  if (snapshot === undefined || subject === null) return;
  const nodeIds = concernedNodes(snapshot, subject);
  const asked = Promise.all(
    nodeIds.map(async (nodeId) => monitor.refresh({ topologyId, nodeId }, 'manual')),
  ).then(() => 'asked' as const);
  void window.withProgress({ location: { viewId: 'pgTopology.explorer' } }, async () => asked);
  let stop: () => void = () => undefined;
  const slow = new Promise<'slow'>((resolve) => {
    stop = clock.schedule(SLOW_MS, () => resolve('slow'));
  });
  const first = await Promise.race([asked, slow]);
  stop();
  if (first === 'asked') return;
  await window.withProgress(
    {
      location: ProgressLocation.Notification,
      title: say`Asking ${nodeIds.join(say` and `)}`,
      cancellable: true,
    },
    async (_progress, token) =>
      Promise.race([
        asked,
        new Promise<void>((resolve) => {
          token.onCancellationRequested(() => resolve());
        }),
      ]),
  );
}
