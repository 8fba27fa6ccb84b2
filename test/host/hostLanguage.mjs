import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** The language that stands for all others: each text of ours in these brackets, so what is outside was not translated. */
export const PSEUDO = 'qps-ploc';

/**
 * Lets VS Code know a language, as an installed language pack would. Its own texts stay English.
 *
 * @param {string} base of the server
 * @param {string} language such as `de`
 */
export async function writeLanguage(base, language) {
  const pack = join(base, 'language');
  await mkdir(pack, { recursive: true });
  const vscode = join(pack, 'main.i18n.json');
  await writeFile(vscode, JSON.stringify({ version: '1.0.0', contents: {} }));
  const packs = {
    [language]: {
      hash: 'none',
      label: language,
      extensions: [{ extensionIdentifier: { id: `tests.${language}` }, version: '1.0.0' }],
      translations: { vscode },
    },
  };
  await writeFile(join(base, 'user-data', 'languagepacks.json'), JSON.stringify(packs));
  if (language === PSEUDO) await writePseudoWords(join(base, 'extensions'));
}

/**
 * @param {string} text English, with its holes
 * @returns {string} the text in the pseudo language: every piece in brackets, holes and addresses of links outside
 */
export function pseudo(text) {
  return text
    .split(/(\{\d+\}|\n|\$\([a-z-]+\)|\]\([^)]*\)|^\[|(?<=\n)\[)/u)
    .map((piece) => (/^(?!\{\d|\]\(|\$\()[^]*[A-Za-z]/u.test(piece) ? `⟦${piece}⟧` : piece))
    .join('');
}

/**
 * What is left of a text in the pseudo language when all that was translated is taken away: data, and what nobody
 * translates.
 *
 * @param {string} text
 * @returns {string}
 */
export function untranslated(text) {
  // What is too long for its place is cut, its closing bracket too.
  return text.replaceAll(/⟦[^⟦⟧]*(⟧|…$)/gu, ' ');
}

/** @param {string} extensions the folder that holds the installed ones */
async function writePseudoWords(extensions) {
  const names = await readdir(extensions);
  for (const name of names.filter((entry) => entry.startsWith('pg-topology.'))) {
    const manifest = JSON.parse(await readFile(join(extensions, name, 'package.nls.json'), 'utf8'));
    await writeWords(join(extensions, name, `package.nls.${PSEUDO}.json`), manifest);
    const texts = JSON.parse(await readFile('l10n/bundle.l10n.json', 'utf8'));
    await writeWords(join(extensions, name, 'l10n', `bundle.l10n.${PSEUDO}.json`), texts);
  }
}

/**
 * @param {string} file
 * @param {Readonly<Record<string, string>>} texts
 */
async function writeWords(file, texts) {
  // One is no text but the address of a file.
  const entries = Object.entries(texts).map(([key, text]) => [
    key,
    text.startsWith('./') ? text : pseudo(text),
  ]);
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, JSON.stringify(Object.fromEntries(entries)));
}
