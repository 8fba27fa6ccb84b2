import type { ProposalSecrets } from '../../core/discovery/proposal';
import { parseTopologyFile } from '../../topologyFile/parseTopologyFile';
import type { WrittenProposal } from '../../topologyFile/writeProposal';
import type { CommandDeps } from '../commandDeps';

/**
 * Keeps passwords that came along for the nodes that were written, where *Enter Password…* would keep them. A node that takes its
 * password from elsewhere gets none; a password that is kept already is replaced only by one that a server took.
 */
export async function keepPasswords(
  { passwords, secrets: store }: Pick<CommandDeps, 'passwords' | 'secrets'>,
  written: Pick<WrittenProposal, 'text' | 'keys'>,
  {
    secrets,
    areSecretsTried = false,
  }: { readonly secrets: ProposalSecrets; readonly areSecretsTried?: boolean },
): Promise<void> {
  const nodes = parseTopologyFile(written.text).topology?.nodes ?? [];
  for (const [id, password] of secrets) {
    const node = nodes.find((candidate) => candidate.id === written.keys.get(id));
    if (node === undefined || password === '') continue;
    if (node.passwordSource.kind !== 'auto' && node.passwordSource.kind !== 'secret') continue;
    for (const key of await passwords.storeKeysOf(node)) {
      const isKept = (await store.get(key)) !== undefined;
      if (!isKept || areSecretsTried) await store.store(key, password);
    }
  }
}
