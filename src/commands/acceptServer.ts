import { window } from 'vscode';
import { formatEndpoint } from '../core/endpoint';
import { say } from '../core/say';
import type { NodeSnapshot } from '../core/snapshot';
import { showEscaped } from '../core/visibleText';
import type { CommandDeps } from './commandDeps';
import { defineCommand } from './defineCommand';
import { toNodeRef } from './target';

const ACCEPT = say`Accept Server`;

/** Says that the server which answers at a node now, and was not seen there before, is the right one. Asks no server. */
export const acceptServer = defineCommand('acceptServer', {
  title: say`Accept Server…`,
  needs: 'trust',
  argument: 'node',
  run: async (deps, target) => {
    if (target === null) return;
    const { topologyId, nodeId } = toNodeRef(target, deps.monitor.current());
    if (nodeId === null) return;
    const node = nodeOf(deps, topologyId, nodeId);
    const known = deps.servers.systemsOf(topologyId).get(nodeId) ?? null;
    const now = node?.sample.fast?.systemIdentifier ?? null;
    if (node === null || now === null || node.sample.contact !== 'connected') {
      tell(say`${nodeId} cannot be read now, so there is nothing to accept.`);
      return;
    }
    if (known === null || known === now) {
      const upstream =
        node.verdict.code === 'wrongSystem' ? node.verdict.params.otherNodes?.[0] : null;
      tell(
        upstream === undefined || upstream === null
          ? say`${nodeId} is the server seen before.`
          : say`${nodeId} is another system than ${upstream}, which it is declared a standby of: it can never stream from it. Correct the topology file, or clone it anew.`,
      );
      return;
    }
    const choice = await window.showWarningMessage(
      say`Accept the server that answers as ${nodeId}?`,
      { modal: true, detail: detailOf(node, known, now) },
      ACCEPT,
    );
    if (choice !== ACCEPT) return;
    // Another one may answer by now.
    if (nodeOf(deps, topologyId, nodeId)?.sample.fast?.systemIdentifier !== now) {
      tell(say`Nothing was accepted: another server answers as ${nodeId} by now.`);
      return;
    }
    deps.monitor.acceptServer(topologyId, nodeId);
    deps.log.info(`System ${now} was accepted as ${nodeId}, where system ${known} was before.`);
  },
});

function nodeOf({ monitor }: CommandDeps, topologyId: string, nodeId: string): NodeSnapshot | null {
  const snapshot = monitor.current().find(({ id }) => id === topologyId);
  return snapshot?.nodes.find(({ id }) => id === nodeId) ?? null;
}

function detailOf(node: NodeSnapshot, known: string, now: string): string {
  const { endpoint, fast, slow } = node.sample;
  const where = endpoint === null ? '' : say` at ${formatEndpoint(endpoint)}`;
  const version = slow === null ? '' : `, Postgres ${slow.serverVersion}`;
  const database = fast === null ? '' : say`, database ${showEscaped(fast.database)}`;
  return [
    say`Seen before: system ${known}.`,
    say`Answers now${where}: system ${now}${version}${database}.`,
    '',
    say`Changes with ${node.id} are refused until it is accepted. If the file or a host name points to the wrong server, correct that instead.`,
  ].join('\n');
}

function tell(message: string): void {
  void window.showInformationMessage(message);
}
