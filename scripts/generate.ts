/** Writes the files that are made from code; with `--check` only says which of them are stale. */
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { topologyJsonSchema } from '../src/topologyFile/jsonSchema';

interface GeneratedFile {
  /** From the root of the repository. */
  readonly path: string;
  readonly make: () => string;
}

const FILES: readonly GeneratedFile[] = [
  {
    path: 'media/pg-topology.schema.json',
    make: () => `${JSON.stringify(topologyJsonSchema(), null, 2)}\n`,
  },
];

const root = new URL('../', import.meta.url);
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
