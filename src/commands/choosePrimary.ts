import { window } from 'vscode';
import { rivalsOf, type Rivals } from '../core/chosenPrimary';
import { formatEndpoint } from '../core/endpoint';
import { formatCounted } from '../core/format';
import { say } from '../core/say';
import type { NodeSnapshot } from '../core/snapshot';
import { defineCommand } from './defineCommand';
import { pickTopology } from './pickTopology';

const TITLE = say`Choose Primary`;

/** In a split brain a person says which server is the primary: plans without the other ones may run again. Asks no server. */
export const choosePrimary = defineCommand('choosePrimary', {
  title: say`Choose Primary…`,
  needs: 'trust',
  argument: 'optional',
  run: async (deps, target) => {
    const split = deps.monitor.current().filter((snapshot) => rivalsOf(snapshot).length > 0);
    if (split.length === 0) {
      void window.showInformationMessage(
        say`No two nodes of one system are known to be writable: there is nothing to choose.`,
      );
      return;
    }
    const asked = split.some(({ id }) => id === target?.topologyId) ? target?.topologyId : null;
    const topologyId = asked ?? (await pickTopology(split, TITLE));
    const snapshot = split.find(({ id }) => id === topologyId);
    if (snapshot === undefined) return;
    const choices = rivalsOf(snapshot).flatMap((rivals) =>
      rivals.nodes.map((node) => itemOf(node, rivals)),
    );
    const picked = await window.showQuickPick(choices, {
      title: TITLE,
      placeHolder: say`Which of them is the primary?`,
      ignoreFocusOut: true,
    });
    if (picked === undefined) return;
    const { node, rivals } = picked;
    const others = rivals.nodes.map(({ id }) => id).filter((id) => id !== node.id);
    const button = say`Choose ${node.id}`;
    const choice = await window.showWarningMessage(
      say`Is ${node.id} the primary of ${snapshot.topology.name}?`,
      {
        modal: true,
        detail: say`Plans on ${node.id} may run again. Those that concern ${others.join(', ')} stay refused until it no longer takes writes. What was written to both differs; nothing here brings it together.`,
      },
      button,
    );
    if (choice !== button) return;
    deps.servers.choosePrimary(snapshot.id, {
      systemIdentifier: rivals.systemIdentifier,
      nodeId: node.id,
      others,
    });
    deps.monitor.retell(snapshot.id);
    deps.log.info(`${node.id} was chosen as the primary, beside ${others.join(', ')}.`);
    void window.showInformationMessage(
      say`${node.id} is the primary. Plans that concern ${others.join(', ')} stay refused until it no longer takes writes.`,
    );
  },
});

function itemOf(node: NodeSnapshot, rivals: Rivals) {
  const { endpoint, fast } = node.sample;
  const isStandby = node.declaredRoles.includes('standby');
  return {
    label: `$(database) ${node.id}`,
    description: [
      say`declared ${isStandby ? say`standby` : say`primary`}`,
      ...(fast?.timeline === null || fast?.timeline === undefined
        ? []
        : [say`timeline ${fast.timeline}`]),
      // Not read is not "0 senders": by this number a person decides which server goes on.
      fast === null ? say`senders unknown` : formatCounted(fast.senders.length, 'sender'),
    ].join(' · '),
    detail: endpoint === null ? '' : formatEndpoint(endpoint),
    node,
    rivals,
  };
}
