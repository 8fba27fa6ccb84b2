import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { DASHBOARD_COMMANDS } from '../../src/protocol/dashboardCommands';

interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}
interface Setting {
  readonly default?: unknown;
  readonly markdownDescription?: string;
  readonly order?: number;
  readonly scope?: string;
  readonly type: string;
  readonly minimum?: number;
  readonly maximum?: number;
}
interface Manifest {
  readonly icon: string;
  readonly engines: { readonly vscode: string };
  readonly devDependencies: Readonly<Record<string, string>>;
  readonly capabilities: {
    readonly untrustedWorkspaces: { readonly supported: string; readonly description: string };
    readonly virtualWorkspaces: { readonly supported: string };
  };
  readonly contributes: {
    readonly commands: readonly {
      readonly command: string;
      readonly title: string;
      readonly category: string;
      readonly enablement?: string;
    }[];
    readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
    readonly viewsWelcome: readonly { readonly contents: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, Setting>> };
    readonly keybindings?: unknown;
  };
}

const root = new URL('../../', import.meta.url);
const read = (name: string) => readFileSync(new URL(name, root), 'utf8');
const text = read('package.json');
// Every test below reads only what it checks.
const manifest = JSON.parse(text) as Manifest;
const words = JSON.parse(read('package.nls.json')) as Record<string, string>;
const { contributes } = manifest;
const declared = contributes.commands.map(({ command }) => command);
const entries = Object.values(contributes.menus).flat();

/** Ids of the command tables, by their source: they cannot be loaded without VS Code. */
function tableIds(): string[] {
  const rows =
    /COMMANDS[^[]*\[\]\s*=\s*\[([^\]]*)\]/u.exec(read('src/commands/table.ts'))?.[1] ?? '';
  const work = /CHANGES = \{([^}]*)\}/u.exec(read('src/commands/changes/table.ts'))?.[1] ?? '';
  return [...rows.replace('...CHANGE_COMMANDS', work).matchAll(/\w+/gu)].map(
    ([id]) => `pgTopology.${id}`,
  );
}

/** A row of every kind, with the states that menus tell apart. */
const ROWS = [
  'topology healthy connected declared',
  'topology error production declared',
  'node primary publisher healthy connected declared writable',
  'node standby unknown declared',
  'subscription healthy enabled declared',
  'subscription error disabled declared stopped',
  'subscription warning enabled undeclared',
  'publication healthy declared',
  'slot warning inactive physical declared',
  'consumer healthy declared',
  'queue healthy drainable',
  'operation conflict',
  'operation dead',
  'table busy taken',
  'group healthy',
  'group conflicts',
  'group conflicts ofTable',
  'group dead',
  'setup warning checked',
  'setupItem problem fixable',
  'failure',
];

const OF_PUBLICATION = ['alterPublication', 'renamePublication', 'dropPublication'];

/** Files that define commands; what they share stands in folders below. */
function commandFiles(): string[] {
  return readdirSync(new URL('src/commands/', root)).filter((file) => file.endsWith('.ts'));
}

/** Ids and titles as the command files give them; those that change servers stand in a table of their own. */
function definitions(): readonly (readonly [id: string, title: string])[] {
  return commandFiles().flatMap((file) => {
    const text = read(`src/commands/${file}`);
    return [
      ...text.matchAll(/= defineCommand\('(\w+)', \{\s*title: (?:'|say`)([^'`]*)['`]/gu),
      ...text.matchAll(/^ {2}defineChange\(\s*'(\w+)',\s*(?:'|say`)([^'`]*)['`],?\s*\)/gmu),
    ].map(([, id = '', title = '']) => [id, title] as const);
  });
}

function definedTitles(): Record<string, string> {
  return Object.fromEntries(
    definitions().map(([id, title]) => [`command.${id}.title`, title] as const),
  );
}

function definedIds(): string[] {
  return definitions().map(([id]) => `pgTopology.${id}`);
}

describe('manifest', () => {
  it('declares the commands of the table, and no others', () => {
    assert.notEqual(declared.length, 0);
    assert.deepEqual(tableIds().sort(), [...declared].sort());
    assert.deepEqual(definedIds().sort(), [...declared].sort());
  });

  it('names each command as its own file does', () => {
    const titles = Object.entries(words).filter(([key]) => key.startsWith('command.'));
    assert.deepEqual(definedTitles(), Object.fromEntries(titles));
  });

  it('puts only declared commands into menus', () => {
    assert.deepEqual(
      entries.filter(({ command }) => !declared.includes(command)),
      [],
    );
  });

  it('hides from the palette only what makes no sense without its place in the file', () => {
    const hidden = contributes.menus['commandPalette'] ?? [];
    assert.deepEqual(hidden, [
      { command: 'pgTopology.moveSecret', when: 'false' },
      { command: 'pgTopology.copySetupFix', when: 'false' },
    ]);
  });

  it('lets the dashboard start existing commands alone', () => {
    const known = new Set([...declared, 'pgTopology.manageTrust']);
    assert.deepEqual(
      DASHBOARD_COMMANDS.filter((id) => !known.has(`pgTopology.${id}`)),
      [],
    );
  });

  it('shows at most two inline actions on any row', () => {
    const inline = (viewItem: string) =>
      (contributes.menus['view/item/context'] ?? []).filter(
        ({ when, group }) => group?.startsWith('inline') === true && holds(when ?? '', viewItem),
      );
    for (const viewItem of ROWS) assert.ok(inline(viewItem).length <= 2, viewItem);
    assert.ok(ROWS.some((viewItem) => inline(viewItem).length > 0));
  });

  it('offers on each row what fits its state', () => {
    const offered = (viewItem: string) =>
      (contributes.menus['view/item/context'] ?? [])
        .filter(
          ({ when, group }) => group?.startsWith('inline') !== true && holds(when ?? '', viewItem),
        )
        .map(({ command }) => command.replace('pgTopology.', ''));
    assert.deepEqual(offered('node standby healthy connected production declared'), [
      'showDetails',
      'explain',
      'openTopologyFile',
      'refresh',
      'disconnect',
      'enterPassword',
      'forgetPassword',
      'runChecks',
      'pauseReplay',
      'resumeReplay',
      'promoteStandby',
      'checkSetup',
      'copyConnectionString',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('node primary publisher healthy connected declared writable'), [
      'showDetails',
      'explain',
      'openTopologyFile',
      'refresh',
      'disconnect',
      'enterPassword',
      'forgetPassword',
      'planChanges',
      'createPublication',
      'createSubscription',
      'installPendingSync',
      'setUpEdge',
      'runChecks',
      'installSentinel',
      'createReplicationRole',
      'checkSetup',
      'copyConnectionString',
      'copyDetails',
      'copyExplanation',
    ]);
    const ofConflicts = ['keepPrimary', 'keepEdge', 'dropOperation', 'copyDetails'];
    assert.deepEqual(offered('group conflicts'), ofConflicts);
    assert.deepEqual(offered('group conflicts ofTable'), ofConflicts);
    assert.deepEqual(offered('group dead'), [
      'retryDeadOperation',
      'dropDeadOperation',
      'copyDetails',
    ]);
    assert.deepEqual(offered('group conflicts readOnly'), ['copyDetails']);
    assert.deepEqual(offered('slot warning inactive physical declared'), [
      'showDetails',
      'explain',
      'openTopologyFile',
      'dropSlot',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('node standby unknown declared'), [
      'showDetails',
      'explain',
      'openTopologyFile',
      'connect',
      'enterPassword',
      'forgetPassword',
      'runChecks',
      'pauseReplay',
      'resumeReplay',
      'promoteStandby',
      'checkSetup',
      'copyConnectionString',
      'copyDetails',
      'copyExplanation',
    ]);
    // "undeclared" must not pass for "declared".
    assert.deepEqual(offered('node standby healthy undeclared'), [
      'showDetails',
      'explain',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('subscription healthy enabled declared'), [
      'showDetails',
      'explain',
      'openTopologyFile',
      'disableSubscription',
      'refreshSubscription',
      'alterSubscription',
      'rotatePassword',
      'dropSubscription',
      'runChecks',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('subscription error disabled undeclared'), [
      'showDetails',
      'explain',
      'enableSubscription',
      'alterSubscription',
      'rotatePassword',
      'skipTransaction',
      'resolveSubscription',
      'dropSubscription',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('table busy taken'), ['resyncTable', 'copyDetails']);
    assert.deepEqual(offered('table healthy declared'), ['openTopologyFile', 'copyDetails']);
    assert.deepEqual(offered('queue unknown'), [
      'showDetails',
      'explain',
      'installPendingSync',
      'setUpEdge',
      'removeQueue',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('queue healthy drainable'), [
      'showDetails',
      'explain',
      'setUpEdge',
      'removeQueue',
      'drainQueue',
      'setAutomaticDraining',
      'exportQueueSql',
      'giveNewIdentity',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('queue warning drainable hasConflicts readOnly'), [
      'showDetails',
      'explain',
      'showConflict',
      'exportQueueSql',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('operation conflict'), [
      'showConflict',
      'keepPrimary',
      'keepEdge',
      'editAndApplyMerged',
      'dropOperation',
      'exportQueueSql',
      'copyDetails',
    ]);
    assert.deepEqual(offered('operation dead'), [
      'showDeadOperation',
      'retryDeadOperation',
      'dropDeadOperation',
      'exportQueueSql',
      'copyDetails',
    ]);
    assert.deepEqual(offered('topology unknown production declared'), [
      'showDetails',
      'explain',
      'openTopologyFile',
      'connect',
      'planChanges',
      'showDifferences',
      'runChecks',
      'startContinuousChecks',
      'stopContinuousChecks',
      'checkSetup',
      'whereWouldThisGo',
      'copyConnectionString',
      'copyDetails',
      'copyExplanation',
    ]);
    assert.deepEqual(offered('publication healthy declared'), [
      'openTopologyFile',
      ...OF_PUBLICATION,
      'installSentinel',
      'copyDetails',
    ]);
    assert.deepEqual(offered('publication healthy undeclared sentinel'), [
      ...OF_PUBLICATION,
      'uninstallSentinel',
      'copyDetails',
    ]);
    assert.deepEqual(offered('setup warning checked'), [
      'checkSetup',
      'showSetupReport',
      'copyDetails',
    ]);
    assert.deepEqual(offered('setupItem problem fixable'), [
      'showSetupReport',
      'copySetupFix',
      'copyDetails',
    ]);
    assert.deepEqual(offered('route reads'), ['whereWouldThisGo', 'copyDetails']);
    assert.deepEqual(offered('setupItem ok'), ['showSetupReport', 'copyDetails']);
    assert.deepEqual(offered('group healthy'), ['runChecks', 'copyDetails']);
    assert.deepEqual(offered('group'), ['copyDetails'], 'a folder of rows is no check');
  });

  it('offers no change on what is read-only, in recovery or a standby', () => {
    const work = /CHANGES = \{([^}]*)\}/u.exec(read('src/commands/changes/table.ts'))?.[1] ?? '';
    const changes = new Set([...work.matchAll(/\w+/gu)].map(([id]) => `pgTopology.${id}`));
    const inTree = (contributes.menus['view/item/context'] ?? []).filter(
      ({ command, when }) => changes.has(command) && !(when ?? '').includes('^topology'),
    );
    assert.notEqual(inTree.length, 0);
    assert.deepEqual(
      inTree.filter(({ when }) => !/!\(viewItem =~ [^)]*\breadOnly\b/u.test(when ?? '')),
      [],
      'add: && !(viewItem =~ /\\b(standby|inRecovery|readOnly)\\b/)',
    );
    for (const { command, enablement } of contributes.commands) {
      if (changes.has(command)) assert.match(enablement ?? '', /!pgTopology\.readOnly/u, command);
    }
  });

  it('keeps its texts in package.nls.json, every one of them used', () => {
    const used = [...text.matchAll(/"%([\w.]+)%"/gu)].map(([, key]) => key ?? '');
    assert.deepEqual([...new Set(used)].sort(), Object.keys(words).sort());
    for (const { title, category } of contributes.commands) {
      assert.match(title, /^%command\.\w+\.title%$/u);
      assert.equal(category, '%extension.category%');
    }
  });

  it('titles commands in Title Case, verb first, without ornament', () => {
    for (const { title } of contributes.commands) {
      const words_ = words[title.slice(1, -1)] ?? '';
      assert.match(
        words_,
        /^[A-Z][A-Za-z]*(?: (?:to|as|and|on|pending_sync|Set-up|[A-Z][A-Za-z]*))*[…?]?$/u,
        words_,
      );
    }
  });

  it('puts buttons for existing commands into welcome views, three at most', () => {
    for (const { contents } of contributes.viewsWelcome) {
      const buttons = [
        ...(words[contents.slice(1, -1)] ?? '').matchAll(/\]\(command:([\w.]+)\)/gu),
      ];
      assert.ok(buttons.length >= 1 && buttons.length <= 3, contents);
      for (const [, command = ''] of buttons) {
        if (command.startsWith('pgTopology.')) assert.ok(declared.includes(command), command);
      }
    }
  });

  it('describes every setting, with default, order, scope and limits', () => {
    const settings = Object.entries(contributes.configuration.properties);
    assert.ok(settings.length > 0 && settings.length <= 20);
    for (const [name, setting] of settings) {
      assert.notEqual(setting.default, undefined, name);
      assert.notEqual(setting.markdownDescription, undefined, name);
      assert.notEqual(setting.order, undefined, name);
      assert.notEqual(setting.scope, undefined, name);
      if (setting.type === 'number') {
        assert.notEqual(setting.minimum, undefined, name);
        assert.notEqual(setting.maximum, undefined, name);
      }
    }
  });

  it('limits what it does in untrusted and virtual workspaces', () => {
    assert.equal(manifest.capabilities.untrustedWorkspaces.supported, 'limited');
    assert.equal(manifest.capabilities.virtualWorkspaces.supported, 'limited');
  });

  it('is built against the oldest editor that it accepts', () => {
    const oldest = manifest.engines.vscode.replace('^', '');
    assert.equal(manifest.devDependencies['@types/vscode'], oldest);
  });

  it('takes no key', () => {
    assert.equal(contributes.keybindings, undefined);
  });
});

/** Evaluates the few forms of `when` that our menus use. */
function holds(when: string, viewItem: string): boolean {
  return when.split(' && ').every((clause) => {
    const test = /^(!\()?viewItem =~ \/(.*)\/\)?$/u.exec(clause);
    if (test === null) return true;
    const matches = new RegExp(test[2] ?? '', 'u').test(viewItem);
    return test[1] === undefined ? matches : !matches;
  });
}
