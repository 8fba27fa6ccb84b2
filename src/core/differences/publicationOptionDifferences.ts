import type { PublicationFacts } from '../facts';
import { say } from '../say';
import type { DeclaredPublication } from '../topology';
import type { Difference } from './difference';
import { isSameSet, makeDifference } from './makeDifference';

/** Options that the file says and the server has otherwise. What the file leaves open may be as it is. */
export function optionDifferences(
  nodeId: string,
  { name, options }: DeclaredPublication,
  facts: PublicationFacts,
): readonly Difference[] {
  const differ = (option: string, said: string, live: string, value: unknown): Difference => {
    const path = ['nodes', nodeId, 'publications', name, option];
    return makeDifference({
      code: 'publicationOption',
      nodeId,
      subject: { kind: 'publication', name },
      detail: option,
      path,
      message: say`Publication ${name} on ${nodeId} has ${option} ${live}; the file says ${said}.`,
      declared: said,
      live,
      byPlan: true,
      fileChanges: [{ path, value }],
    });
  };
  const found: Difference[] = [];
  const { operations, viaPartitionRoot, generatedColumns } = options;
  if (isTexts(operations) && !isSameSet(operations, facts.operations)) {
    const live = facts.operations.join(', ') || say`none at all`;
    found.push(
      differ('operations', operations.join(', ') || say`none at all`, live, facts.operations),
    );
  }
  if (typeof viaPartitionRoot === 'boolean' && viaPartitionRoot !== facts.viaPartitionRoot) {
    const live = facts.viaPartitionRoot;
    found.push(differ('viaPartitionRoot', String(viaPartitionRoot), String(live), live));
  }
  const generated = facts.generatedColumns ?? null;
  if (
    typeof generatedColumns === 'string' &&
    generated !== null &&
    generatedColumns !== generated
  ) {
    found.push(differ('generatedColumns', generatedColumns, generated, generated));
  }
  return found;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}
