import { say } from '../../core/say';
import { deriveSlotName, isSlotName } from '../../core/slotName';
import { editFix, problemAt, rangeAt, replaceFix } from '../fileContext';
import type { FileContext } from '../fileContext';
import { putValue } from '../insertion';
import type { JsonPath, Problem } from '../problem';

/** One thing that reads a slot. */
interface SlotUse {
  /** Id of the node that has the slot; `null` when that is not said. */
  readonly owner: string | null;
  readonly slot: string;
  readonly path: JsonPath;
  readonly where: 'value' | 'key';
}

/** Names of slots that Postgres refuses, slots that two would read, and slot names that follow from a subscription's name. */
export function checkSlots(context: FileContext): readonly Problem[] {
  const uses = slotUses(context);
  return [
    ...uses.flatMap((use) => checkSlotName(context, use)),
    ...findShared(context, uses),
    ...derivedNames(context),
  ];
}

function slotUses(context: FileContext): readonly SlotUse[] {
  const { nodes, consumers = {} } = context.file;
  return [
    ...Object.entries(nodes).flatMap(([id, node]): SlotUse[] => [
      ...(node.slot === undefined
        ? []
        : [
            {
              owner: node.standbyOf ?? null,
              slot: node.slot,
              path: ['nodes', id, 'slot'],
              where: 'value' as const,
            },
          ]),
      ...Object.entries(node.subscriptions ?? {}).map(([name, subscription]): SlotUse => {
        const path = ['nodes', id, 'subscriptions', name];
        const { slotName, publisher } = subscription;
        return slotName === undefined
          ? { owner: publisher, slot: deriveSlotName(name), path, where: 'key' }
          : { owner: publisher, slot: slotName, path: [...path, 'slotName'], where: 'value' };
      }),
    ]),
    ...Object.entries(consumers).map(([id, { node, slot }]): SlotUse => ({
      owner: node,
      slot,
      path: ['consumers', id, 'slot'],
      where: 'value',
    })),
  ];
}

function checkSlotName(context: FileContext, use: SlotUse): readonly Problem[] {
  if (isSlotName(use.slot)) return [];
  const derived = deriveSlotName(use.slot);
  return [
    problemAt(context, use.path, {
      severity: 'error',
      code: 'slot-name',
      message: say`"${use.slot}" cannot name a slot: only a to z, 0 to 9 and "_", at most 63 of them.`,
      fixes: [replaceFix(rangeAt(context.positions, use.path), derived)],
    }),
  ];
}

function findShared(context: FileContext, uses: readonly SlotUse[]): readonly Problem[] {
  return uses.flatMap((use, index) => {
    const earlier = uses
      .slice(0, index)
      .find(
        (other) => other.owner !== null && other.owner === use.owner && other.slot === use.slot,
      );
    if (earlier === undefined || use.owner === null) return [];
    return problemAt(
      context,
      use.path,
      {
        severity: 'error',
        code: 'shared-slot',
        message: say`Slot "${use.slot}" of "${use.owner}" has a reader already: a slot serves one at a time.`,
        related: [
          {
            message: say`The other reader is declared here.`,
            range: rangeAt(context.positions, earlier.path, earlier.where),
          },
        ],
      },
      use.where,
    );
  });
}

function derivedNames(context: FileContext): readonly Problem[] {
  return Object.entries(context.file.nodes).flatMap(([id, node]) =>
    Object.entries(node.subscriptions ?? {}).flatMap(([name, subscription]) => {
      const derived = deriveSlotName(name);
      if (subscription.slotName !== undefined || derived === name) return [];
      const message = say`The slot of "${name}" is called "${derived}": names of slots hold only a to z, 0 to 9 and "_".`;
      const path = ['nodes', id, 'subscriptions', name];
      const edits = putValue(context.text, [...path, 'slotName'], derived);
      const fixes = [editFix(say`Write it down as "slotName"`, edits)];
      const details = {
        severity: 'information',
        code: 'slot-name-derived',
        message,
        fixes,
      } as const;
      return problemAt(context, path, details, 'key');
    }),
  );
}
