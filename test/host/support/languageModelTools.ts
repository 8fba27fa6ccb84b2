import * as vscode from 'vscode';

/** Calls one of our tools as any extension could. @returns its text, or `refused: …` with the words for the model */
export async function callTool(name: string, input: object): Promise<string> {
  try {
    const result = await vscode.lm.invokeTool(`pgTopology_${name}`, {
      input,
      toolInvocationToken: undefined,
    });
    return result.content
      .map((part) => (part instanceof vscode.LanguageModelTextPart ? part.value : ''))
      .join('');
  } catch (error) {
    return `refused: ${String(error)}`;
  }
}

export const TOOL_CALLS = [
  ['get_topology', { topology: 'Told' }],
  ['explain_edge', { topology: 'Told', edge: 'far' }],
  ['get_queue_status', { topology: 'Told' }],
  ['preview_plan', { topology: 'Told', change: 'bringToFile' }],
] as const;
