import type { ProposedNode } from '../../core/discovery/proposal';
import type { CommandDeps } from '../commandDeps';
import { findImportSources } from '../import/importSources';
import type { StartSource } from './askStart';
import { placeOf } from './serverWords';

/** More would hide what was looked for; the rest is typed. */
const MOST = 12;

/** Servers that files of the workspace and the user's own settings name, to begin with one of them. Contacts nobody. */
export async function startSources(
  deps: Pick<CommandDeps, 'environment' | 'isTrusted'>,
): Promise<readonly StartSource[]> {
  const { sources } = await findImportSources(deps);
  return sources
    .flatMap(({ label, proposal, secrets }) =>
      proposal.nodes
        .filter(({ connection }) => Object.keys(connection).length > 0)
        .map((node) => ({
          label,
          description: describe(node),
          start: {
            params: node.connection,
            password: secrets.get(node.id) ?? null,
            source: 'pairs' as const,
            problems: [],
          },
        })),
    )
    .slice(0, MOST);
}

function describe({ id, connection }: ProposedNode): string {
  return `${id} · ${placeOf(connection)}`;
}
