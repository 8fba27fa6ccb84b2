import { QuickPickItemKind, window, workspace, type Tab } from 'vscode';
import type { LookAgain } from '../../core/discovery/lookAgain';
import type { ProposalSecrets, TopologyProposal } from '../../core/discovery/proposal';
import type { Endpoint } from '../../core/failure';
import { formatCounted } from '../../core/format';
import { say } from '../../core/say';
import { askOne, type PickItem } from '../../host/prompts';
import { parseTopologyFile } from '../../topologyFile/parseTopologyFile';
import { writeProposal, type WrittenProposal } from '../../topologyFile/writeProposal';
import type { CommandDeps } from '../commandDeps';
import { keepPasswords } from './keepPasswords';
import type { MapLooks } from './mapLooks';
import { chooseTarget, exists, type ProposalTarget } from './proposalTarget';
import { writeInto } from './writeInto';
import { wasAdded } from './writtenWords';

/** A proposal on its way to a file. */
export interface ShownProposal {
  readonly proposal: TopologyProposal;
  readonly secrets: ProposalSecrets;
  /** What the map is called: `Discovered Topology`, `Import of .env`. */
  readonly title: string;
  /** Addresses that the user allowed on the way: they are not asked about again. */
  readonly approved?: readonly Endpoint[];
  /** Whether servers took these passwords: then one that is kept already is replaced. */
  readonly areSecretsTried?: boolean;
  /** Looks at servers from the map; absent: what is shown comes from files. */
  readonly looks?: Pick<MapLooks, 'keys' | 'look' | 'found'>;
}

/**
 * Shows what was found as a map, then as the text to be written, and writes it once that was confirmed: as one step to undo, with
 * the passwords in the secret store. Until then nothing has changed.
 * @returns whether a file was written
 */
export async function showProposal(deps: CommandDeps, shown: ShownProposal): Promise<boolean> {
  const { title, looks } = shown;
  const target = await chooseTarget(deps, shown.proposal, title);
  if (target === null) return false;
  const choices = await deps.chooseInMap({
    proposal: shown.proposal,
    title,
    takenNames: takenNames(await presentText(target), shown.proposal),
    ...(looks === undefined ? {} : { lookAgain: lookingFor(target, looks) }),
  });
  if (choices === null) return false;
  const chosen = { ...shown, ...looks?.found() };
  const { proposal } = chosen;
  for (;;) {
    const before = await presentText(target);
    const written = writeProposal(before, proposal, choices);
    if (written.edits.length === 0) {
      sayNothingToWrite(target, written);
      return false;
    }
    if (!(await confirm(deps, { target, before, written, title }))) return false;
    // What was shown is what is written: a file that changed meanwhile is shown anew.
    if ((await presentText(target)) !== before) continue;
    await finish(deps, chosen, { target, before, written });
    return true;
  }
}

function lookingFor(target: ProposalTarget, looks: NonNullable<ShownProposal['looks']>): LookAgain {
  return {
    keys: () => looks.keys(),
    look: async (nodeId, address, signal) => {
      const said = await looks.look(nodeId, address, signal);
      const { proposal } = looks.found();
      return { proposal, takenNames: takenNames(await presentText(target), proposal), said };
    },
  };
}

interface Ready {
  readonly target: ProposalTarget;
  /** `null`: the file is not there yet. */
  readonly before: string | null;
  readonly written: WrittenProposal;
}

/** The text of a file as an editor shows it; `null` when there is no such file. */
async function presentText({ uri }: ProposalTarget): Promise<string | null> {
  if (!(await exists(uri))) return null;
  return (await workspace.openTextDocument(uri)).getText();
}

/** Names that the file gives to what is not of the proposal. */
function takenNames(text: string | null, proposal: TopologyProposal): readonly string[] {
  const known = new Set(proposal.nodes.flatMap(({ id, isInFile }) => (isInFile ? [id] : [])));
  const nodes = parseTopologyFile(text ?? '').topology?.nodes ?? [];
  return nodes.map(({ id }) => id).filter((id) => !known.has(id));
}

async function confirm(
  { documents }: CommandDeps,
  { target, before, written, title }: Ready & { readonly title: string },
): Promise<boolean> {
  const after = { name: target.name, text: written.text };
  if (before === null) {
    await documents.show(target.name, written.text, 'jsonc');
  } else {
    const label = say`${target.name}: as it is ↔ with what was found`;
    await documents.showDifference(label, { name: target.name, text: before }, after);
  }
  const preview = window.tabGroups.activeTabGroup.activeTab;
  const answer = await askOne<'write'>({
    place: { title, step: 1, totalSteps: 1, canGoBack: false },
    placeholder: say`${wasAdded(written, 'would be')} added. Write the file?`,
    items: [
      {
        value: 'write',
        label: say`$(save) Write ${target.name}`,
        description: before === null ? say`a new file` : say`nothing that stands in it is changed`,
      },
      ...remarks(written),
    ],
  });
  await close(preview);
  return answer === 'write';
}

/** To read, not to choose. */
function remarks({ problems }: WrittenProposal): readonly PickItem<'write'>[] {
  if (problems.length === 0) return [];
  return [
    { value: null, label: say`Not written`, kind: QuickPickItemKind.Separator },
    ...problems.map((problem) => ({ value: null, label: `$(info) ${problem}` })),
  ];
}

async function close(preview: Tab | undefined): Promise<void> {
  if (preview === undefined) return;
  const isOpen = window.tabGroups.all.some(({ tabs }) => tabs.includes(preview));
  if (isOpen) await window.tabGroups.close(preview);
}

async function finish(deps: CommandDeps, shown: ShownProposal, ready: Ready): Promise<void> {
  const { target, before, written } = ready;
  const isSaved = await writeInto(target.uri, before, written.edits);
  const topologyId = target.uri.toString();
  await deps.contact.approve(topologyId, shown.approved ?? []);
  await keepPasswords(deps, written, shown);
  for (const problem of written.problems) deps.log.info(problem);
  sayWritten(deps, ready, isSaved);
}

/** Not awaited: the command has ended, whatever becomes of the message. */
function sayWritten(deps: CommandDeps, { target, written }: Ready, isSaved: boolean): void {
  const rest = isSaved ? '' : say` The file had changes of yours, so it is not saved yet.`;
  const left = written.problems.length;
  const remark = left === 0 ? '' : say` ${formatCounted(left, 'remark')} in the log.`;
  void window
    .showInformationMessage(
      say`${wasAdded(written, 'were')} added to ${target.name}.${rest}${remark}`,
      say`Connect`,
      ...(left === 0 ? [] : [say`Show Log`]),
    )
    .then(async (choice) => {
      if (choice === say`Show Log`) deps.log.show();
      else if (choice !== undefined) {
        await deps.runCommand('connect', { topologyId: target.uri.toString(), subject: null });
      }
    });
}

function sayNothingToWrite(target: ProposalTarget, { problems }: WrittenProposal): void {
  const [first] = problems;
  const reason = first ?? say`The file says it all already.`;
  void window.showInformationMessage(say`Nothing was added to ${target.name}. ${reason}`);
}
