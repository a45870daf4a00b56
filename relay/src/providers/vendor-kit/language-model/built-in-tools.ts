import { tool, zodSchema, type ToolSet } from 'ai';
import { CAPABILITIES } from '../../capabilities/index.ts';
import type { ToolContext } from '../../capabilities/tool.ts';

/** Made once: turning a schema into what vendors read takes longer than a short request. */
const TOOLS = CAPABILITIES.flatMap(({ tools = [] }) => tools).map((capability) => ({
  ...capability,
  inputSchema: zodSchema(capability.input),
}));

/** What Parley itself can do for a person, for any language model. */
export function builtInTools(context: Omit<ToolContext, 'random'>): ToolSet {
  const whole = { random: Math.random, ...context };
  return Object.fromEntries(
    TOOLS.map(({ name, description, inputSchema, use }) => [
      name,
      tool({ description, inputSchema, execute: (input) => use(input, whole) }),
    ]),
  );
}
