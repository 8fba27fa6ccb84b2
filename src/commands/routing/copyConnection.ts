import { env, QuickPickItemKind, window, type QuickPickItem } from 'vscode';
import { formatEndpoint } from '../../core/endpoint';
import type { Endpoint } from '../../core/failure';
import type { NodeRef } from '../../core/ports/topologyMonitor';
import {
  envBlock,
  jdbcUrl,
  libpqUri,
  type Purpose,
  type Reach,
} from '../../core/routing/connectionTexts';
import { nodesFor, reachOf } from '../../core/routing/reachOf';
import { say } from '../../core/say';
import { secretKey } from '../../core/secretKey';
import type { CommandDeps } from '../commandDeps';

type Deps = Pick<CommandDeps, 'monitor' | 'endpointsOf' | 'secrets'>;

const TITLE = say`Copy Connection String`;

/** Asks for what and in which form, and puts it on the clipboard. A password goes along only where a person says so twice. */
export async function copyConnection(deps: Deps, { topologyId, nodeId }: NodeRef): Promise<void> {
  const snapshot = deps.monitor.current().find(({ id }) => id === topologyId);
  if (snapshot === undefined) return;
  const purpose = nodeId === null ? await pickPurpose() : null;
  if (purpose === undefined) return;
  const nodeIds = nodeId !== null ? [nodeId] : purpose === null ? [] : nodesFor(snapshot, purpose);
  const endpoints = new Map<string, readonly Endpoint[]>();
  for (const node of snapshot.topology.nodes) {
    if (nodeIds.includes(node.id)) endpoints.set(node.id, await deps.endpointsOf(node));
  }
  const found = reachOf(snapshot, nodeIds, purpose, endpoints);
  if ('problem' in found) {
    void window.showInformationMessage(found.problem);
    return;
  }
  const { reach, differing } = found;
  const stored = await storedPassword(deps, reach);
  const form = await pickForm(reach, stored !== null);
  if (form === null) return;
  if (form.withPassword && (stored === null || !(await confirmPassword(reach)))) return;
  const text = form.write({ ...reach, password: form.withPassword ? stored : null });
  if (text === null) return;
  await env.clipboard.writeText(text);
  const first = nodeIds[0] ?? '';
  const note =
    differing.length === 0
      ? ''
      : say` User and database are those of ${first}; the file has others for ${differing.join(', ')}.`;
  const secret = form.withPassword
    ? say`It holds the password in plain text.`
    : say`It holds no password.`;
  void window.showInformationMessage(
    say`The connection to ${nodeIds.join(', ')} is on the clipboard. ${secret}${note}`,
  );
}

/** @returns `undefined` when dismissed. */
async function pickPurpose(): Promise<Purpose | undefined> {
  const items: readonly (QuickPickItem & { readonly purpose: Purpose })[] = [
    {
      label: say`Read-Write`,
      description: 'read-write',
      detail: say`Whichever server takes writes now.`,
      purpose: 'readWrite',
    },
    {
      label: say`Read-Only`,
      description: 'read-only',
      detail: say`A server that takes no writes; none else.`,
      purpose: 'readOnly',
    },
    {
      label: say`Prefer Standby`,
      description: 'prefer-standby',
      detail: say`A standby, else the primary. Needs libpq 14 or newer.`,
      purpose: 'preferStandby',
    },
  ];
  const picked = await window.showQuickPick(items, {
    title: TITLE,
    placeHolder: say`What does the application do there?`,
    // It comes after another question, which gives the focus back as late as it likes.
    ignoreFocusOut: true,
  });
  return picked?.purpose;
}

interface Form {
  readonly write: (reach: Reach) => string | null;
  readonly withPassword: boolean;
}

/** @returns `null` when dismissed. */
async function pickForm(reach: Reach, hasPassword: boolean): Promise<Form | null> {
  const forms = [
    { label: 'URI', write: libpqUri },
    { label: say`.env Block`, write: envBlock },
    { label: say`JDBC URL`, write: jdbcUrl },
  ].filter(({ write }) => write(reach) !== null);
  const items: (QuickPickItem & { readonly form?: Form })[] = forms.map(({ label, write }) => ({
    label,
    detail: (write(reach) ?? '').split('\n')[0] ?? '',
    form: { write, withPassword: false },
  }));
  if (hasPassword) {
    items.push(
      { label: say`With the stored password`, kind: QuickPickItemKind.Separator },
      ...forms.map(({ label, write }) => ({
        label: say`${label} with Password…`,
        form: { write, withPassword: true },
      })),
    );
  }
  const picked = await window.showQuickPick(items, {
    title: TITLE,
    placeHolder: say`In which form?`,
    ignoreFocusOut: true,
  });
  return picked?.form ?? null;
}

/** What this machine keeps for these very addresses; `null` where that is nothing, or not one and the same. */
async function storedPassword({ secrets }: Deps, reach: Reach): Promise<string | null> {
  const { user, database, endpoints } = reach;
  const found = new Set<string | undefined>();
  for (const { host, port } of endpoints) {
    found.add(await secrets.get(secretKey({ user, host, port, database })));
  }
  const [only] = found;
  return found.size === 1 ? (only ?? null) : null;
}

async function confirmPassword({ user, endpoints }: Reach): Promise<boolean> {
  const copy = say`Copy with Password`;
  const choice = await window.showWarningMessage(
    say`Copy the password of ${user} in plain text?`,
    {
      modal: true,
      detail: say`Whoever reads the clipboard, or the file it is put into, can sign in to ${endpoints.map(formatEndpoint).join(', ')}. What is copied is kept by clipboard managers, and by git where it is committed.`,
    },
    copy,
  );
  return choice === copy;
}
