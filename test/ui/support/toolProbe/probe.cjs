// Another extension of the same window, as one that speaks to a language model would be: calls tools that `ask.json` of the opened folder
// names, and leaves what they said in `answers.json`.
const vscode = require('vscode');

/** @param {import('vscode').ExtensionContext} context */
exports.activate = (context) => {
  context.subscriptions.push(vscode.commands.registerCommand('pgTopologyProbe.askTools', askTools));
};

async function askTools() {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  if (folder === undefined) throw new Error('The window has no folder.');
  const { fs } = vscode.workspace;
  const asked = await fs.readFile(vscode.Uri.joinPath(folder, 'ask.json'));
  /** @type {readonly (readonly [string, object])[]} */
  const calls = JSON.parse(Buffer.from(asked).toString('utf8'));
  /** @type {string[]} */
  const answers = [];
  for (const [name, input] of calls) answers.push(await callTool(name, input));
  const text = JSON.stringify(answers);
  await fs.writeFile(vscode.Uri.joinPath(folder, 'answers.json'), Buffer.from(text));
}

/**
 * @param {string} name
 * @param {object} input
 */
async function callTool(name, input) {
  try {
    const result = await vscode.lm.invokeTool(name, { input, toolInvocationToken: undefined });
    const texts = result.content.map((part) =>
      part instanceof vscode.LanguageModelTextPart ? part.value : '',
    );
    return texts.join('');
  } catch (error) {
    return `refused: ${String(error)}`;
  }
}
