/** What a model is told instead of an answer: what is wrong with its call, or what a person must do first. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
}
