import { readFileSync } from 'node:fs';

export interface CommandEntry {
  readonly command: string;
  readonly title: string;
  readonly category: string;
  readonly enablement?: string;
}

export interface MenuEntry {
  readonly command: string;
  readonly when?: string;
  readonly group?: string;
}

export interface SettingEntry {
  readonly type: string;
  readonly default?: unknown;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly order?: number;
  readonly scope?: string;
  readonly markdownDescription?: string;
  readonly enum?: readonly unknown[];
  readonly markdownEnumDescriptions?: readonly string[];
}

/** The parts of package.json that the checks look at. */
export interface Manifest {
  readonly name: string;
  readonly publisher: string;
  readonly license: string;
  readonly pricing: string;
  readonly icon: string;
  readonly galleryBanner?: { readonly color: string; readonly theme: string };
  readonly extensionKind?: unknown;
  readonly engines: { readonly vscode: string };
  readonly activationEvents: readonly string[];
  readonly capabilities: {
    readonly untrustedWorkspaces: {
      readonly supported: unknown;
      readonly description: string;
      readonly restrictedConfigurations: readonly string[];
    };
    readonly virtualWorkspaces: { readonly supported: unknown };
  };
  readonly contributes: {
    readonly commands: readonly CommandEntry[];
    readonly menus: Readonly<Record<string, readonly MenuEntry[]>>;
    readonly problemMatchers: readonly {
      readonly pattern: {
        readonly regexp: string;
        readonly file: number;
        readonly line: number;
        readonly severity: number;
      };
      readonly background: { readonly beginsPattern: string; readonly endsPattern: string };
    }[];
    readonly walkthroughs: readonly {
      readonly steps: readonly {
        readonly id: string;
        readonly title: string;
        readonly description: string;
        readonly media: { readonly svg: string; readonly altText: string };
        readonly completionEvents: readonly string[];
      }[];
    }[];
    readonly keybindings?: readonly { readonly key: string; readonly command: string }[];
    readonly views: Readonly<Record<string, readonly { readonly id: string }[]>>;
    readonly viewsWelcome: readonly { readonly contents: string; readonly when?: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, SettingEntry>> };
  };
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

// Our own file: a wrong shape fails the check that reads it.
export const manifest = JSON.parse(readFileSync('package.json', 'utf8')) as Manifest;

/** Texts of the manifest by key. */
export const texts = JSON.parse(readFileSync('package.nls.json', 'utf8')) as Readonly<
  Record<string, string>
>;

/** Resolves `%key%`; anything else is itself. */
export function textOf(value: string): string {
  const key = /^%(.+)%$/.exec(value)?.[1];
  return key === undefined ? value : (texts[key] ?? `missing text ${key}`);
}
