/** Writes the files that are made from code; with `--check` only says which of them are stale. */
import { readdirSync, readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { topologyJsonSchema } from '../src/topologyFile/jsonSchema';
import { collectTexts } from './l10n/collectTexts';
import { translateSchema } from './l10n/schemaTexts';

interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly make: () => string;
}

const root = new URL('../', import.meta.url);

const FILES: readonly GeneratedFile[] = [
  {
    path: 'media/pg-topology.schema.json',
    make: () => `${JSON.stringify(topologyJsonSchema(), null, 2)}\n`,
  },
  // The manifest names the one of the editor's language.
  ...languagesOf(/^schema\.([a-z-]+)\.json$/u).map((language) => ({
    path: `media/pg-topology.schema.${language}.json`,
    make: () => {
      const words = { ...wordsIn(`bundle.l10n.${language}`), ...wordsIn(`schema.${language}`) };
      return `${JSON.stringify(translateSchema(topologyJsonSchema(), words), null, 2)}\n`;
    },
  })),
  // What is to be translated: each language is a file beside it with the same keys.
  {
    path: 'l10n/bundle.l10n.json',
    make: () => {
      const texts = collectTexts(fileURLToPath(root)).map(({ key }) => [key, key]);
      return `${JSON.stringify(Object.fromEntries(texts), null, 2)}\n`;
    },
  },
];

const isCheck = process.argv.includes('--check');
const stale: string[] = [];

for (const file of FILES) {
  const target = fileURLToPath(new URL(file.path, root));
  const wanted = file.make();
  const present = await readFile(target, 'utf8').catch(() => null);
  if (present === wanted) continue;
  stale.push(file.path);
  if (!isCheck) await writeFile(target, wanted);
}

if (stale.length === 0) console.log('Generated files are up to date.');
else if (!isCheck) console.log(`Written: ${stale.join(', ')}`);
else {
  console.error(`Stale: ${stale.join(', ')}. Run "npm run generate".`);
  process.exitCode = 1;
}

/** Of the files in `l10n` that are called so. */
function languagesOf(name: RegExp): readonly string[] {
  return readdirSync(new URL('l10n/', root)).flatMap((file) => name.exec(file)?.[1] ?? []);
}

function wordsIn(name: string): Readonly<Record<string, string>> {
  const text = readFileSync(new URL(`l10n/${name}.json`, root), 'utf8');
  return JSON.parse(text) as Readonly<Record<string, string>>;
}
