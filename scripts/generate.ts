/** Writes the files that are made from code; with `--check` only says which of them are stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { topologyJsonSchema } from '../src/topologyFile/jsonSchema';
import { collectTexts } from './l10n/collectTexts';

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
