/** @typedef {'auto' | 'browser' | 'none'} EditorChoice */

/**
 * @typedef {object} StartArguments
 * @property {string} topology `demo` or the name of an example
 * @property {number} major of Postgres
 * @property {EditorChoice} editor
 * @property {boolean} json one line of JSON on standard output instead of text, for programs
 * @property {number | null} port of VS Code in the browser; null for a free one
 * @property {boolean} help
 */

export const USAGE = `npm start -- [--topology NAME] [--major N] [--browser | --no-editor] [--port N] [--json]

  --topology NAME  demo (default), elephant, centralcloud, cqrs, claudia or pulse
  --major N        version of Postgres, 14 to 18 (default)
  --browser        VS Code in the browser, even where the command "code" exists (Linux)
  --no-editor      only the servers and the folder to open
  --port N         of VS Code in the browser; by default a free one
  --json           say when it is ready in one line of JSON

While it runs, type "stop NODE" or "start NODE" to take a server away and bring it back.`;

/**
 * @param {readonly string[]} words
 * @returns {StartArguments}
 */
export function readStartArguments(words) {
  const left = [...words];
  /** @type {StartArguments} */
  const result = {
    topology: 'demo',
    major: 18,
    editor: 'auto',
    json: false,
    port: null,
    help: false,
  };
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    if (word === '--topology') result.topology = valueOf(word, left.shift());
    else if (word === '--major') result.major = numberOf(word, left.shift());
    else if (word === '--port') result.port = numberOf(word, left.shift());
    else if (word === '--browser') result.editor = 'browser';
    else if (word === '--no-editor') result.editor = 'none';
    else if (word === '--json') result.json = true;
    else if (word === '--help' || word === '-h') result.help = true;
    else throw new Error(`Unknown option ${word}.\n\n${USAGE}`);
  }
  return result;
}

/**
 * @param {string} option
 * @param {string | undefined} value
 */
function valueOf(option, value) {
  if (value === undefined || value.startsWith('--')) throw new Error(`${option} needs a value.`);
  return value;
}

/**
 * @param {string} option
 * @param {string | undefined} value
 */
function numberOf(option, value) {
  const number = Number(valueOf(option, value));
  if (!Number.isInteger(number) || number <= 0) throw new Error(`${option} needs a number.`);
  return number;
}
