import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import * as z from 'zod/mini';
import { TOOL_INPUTS, TOOL_NAMES } from '../../../src/languageModel/toolInputs';

interface Tool {
  readonly name: string;
  readonly when: string;
  readonly modelDescription: string;
  readonly inputSchema: Readonly<Record<string, unknown>>;
}

const root = new URL('../../../', import.meta.url);
const read = (name: string): unknown => JSON.parse(readFileSync(new URL(name, root), 'utf8'));
// Each test below reads only what it checks.
const { contributes, engines } = read('package.json') as {
  readonly contributes: { readonly languageModelTools: readonly Tool[] };
  readonly engines: { readonly vscode: string };
};
const words = read('package.nls.json') as Readonly<Record<string, string>>;
const tools = contributes.languageModelTools;

/** A schema without what only people and models read. */
function bare(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(bare);
  const kept = Object.entries(value).filter(([key]) => key !== 'description' && key !== '$schema');
  return Object.fromEntries(kept.map(([key, inner]: [string, unknown]) => [key, bare(inner)]));
}

describe('tools for language models in the manifest', () => {
  it('are those of the code, and each shows only where there is a topology', () => {
    assert.deepEqual(
      tools.map(({ name }) => name),
      TOOL_NAMES.map((name) => `pgTopology_${name}`),
    );
    for (const { name, when } of tools) assert.equal(when, 'pgTopology.hasTopology', name);
  });

  it('ask for the very input that the code takes', () => {
    for (const [at, name] of TOOL_NAMES.entries()) {
      const schema = z.toJSONSchema(TOOL_INPUTS[name], { target: 'draft-7', io: 'input' });
      assert.deepEqual(bare(tools[at]?.inputSchema), bare(schema), name);
    }
  });

  it('say of each input what it means, and of each tool that it changes nothing', () => {
    for (const { name, modelDescription, inputSchema } of tools) {
      const text = words[modelDescription.slice(1, -1)] ?? '';
      assert.match(text, /Read-only|only plans/u, name);
      const properties = inputSchema['properties'] as Readonly<
        Record<string, { description?: string }>
      >;
      for (const [key, { description }] of Object.entries(properties)) {
        assert.notEqual(words[(description ?? '').slice(1, -1)], undefined, `${name}.${key}`);
      }
    }
  });

  it('need no newer editor than the extension does', () => {
    const [, minor] = /\^1\.(\d+)\./u.exec(engines.vscode) ?? [];
    assert.ok(Number(minor) >= 95, 'vscode.lm.registerTool came with 1.95');
  });
});
