import * as z from 'zod/mini';

const name = z.string().check(z.minLength(1), z.maxLength(500));
const topology = z.exactOptional(name);

/** Input of each tool, by its name without prefix. The manifest says the same as JSON schema. */
export const TOOL_INPUTS = {
  get_topology: z.strictObject({ topology }),
  explain_edge: z.strictObject({ topology, edge: name }),
  get_queue_status: z.strictObject({ topology, node: z.exactOptional(name) }),
  preview_plan: z.strictObject({
    topology,
    change: z.enum([
      'bringToFile',
      'createPublication',
      'dropPublication',
      'enableSubscription',
      'disableSubscription',
      'refreshSubscription',
      'dropSlot',
    ]),
    node: z.exactOptional(name),
    name: z.exactOptional(name),
    tables: z.exactOptional(z.array(name).check(z.maxLength(500))),
    allTables: z.exactOptional(z.boolean()),
  }),
} as const;

export type ToolName = keyof typeof TOOL_INPUTS;
export type TopologyInput = z.infer<typeof TOOL_INPUTS.get_topology>;
export type EdgeInput = z.infer<typeof TOOL_INPUTS.explain_edge>;
export type QueueInput = z.infer<typeof TOOL_INPUTS.get_queue_status>;
export type PlanInput = z.infer<typeof TOOL_INPUTS.preview_plan>;

export const TOOL_NAMES: readonly ToolName[] = [
  'get_topology',
  'explain_edge',
  'get_queue_status',
  'preview_plan',
];
