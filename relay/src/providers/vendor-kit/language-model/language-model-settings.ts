import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { whole } from '../../../base/config/setting-kinds.ts';
import { setting, type SettingsDeclaration, type ValuesOf } from '../../../base/config/settings.ts';
import { DEFAULT_SYSTEM_PROMPT } from './instructions.ts';
import { TOOL_USES, type ToolUse } from './model-limits.ts';
import { REASONINGS } from './reasoning.ts';

/** Characters; what is longer costs time and money in every single turn. */
const MAX_PROMPT_CHARACTERS = 20_000;

/** A file's path in, its text out: a file that cannot be read stops the relay when it starts. */
const promptFile = z
  .string()
  .optional()
  .transform((path, context) => {
    if (path === undefined) return undefined;
    try {
      const text = readFileSync(path, 'utf8').trim();
      if (text !== '' && text.length <= MAX_PROMPT_CHARACTERS) return text;
    } catch {
      // The issue below says so, with the name of the variable.
    }
    context.addIssue({ code: 'custom', message: 'not a readable prompt' });
    return z.NEVER;
  });

/** What all language models have in common; every vendor of one spreads them into its own. */
export const LANGUAGE_MODEL_SETTINGS = {
  GENERATOR_MAX_TOKENS: whole({
    fallback: 1_024,
    min: 16,
    max: 32_768,
    unit: 'tokens',
    about: 'Longest answer of a language model; what it thinks comes on top.',
  }),
  GENERATOR_REASONING: setting(z.enum(REASONINGS).default('none'), {
    type: '`none`, `minimal`, `low`, `medium`, `high` or `default`',
    default: 'none',
    about:
      'How much a language model may think before it answers, which the caller hears as silence. A model that cannot think so little does the least it can; a server that does not accept the setting decides itself. `default` is the vendor’s own way.',
  }),
  SYSTEM_PROMPT: setting(z.string().min(1).max(MAX_PROMPT_CHARACTERS).optional(), {
    type: `text of at most ${MAX_PROMPT_CHARACTERS.toLocaleString('en-US')} characters`,
    about:
      'Tells language models who they are and how to speak, in place of Parley’s own words. The person’s local time is added to it.',
  }),
  SYSTEM_PROMPT_FILE: setting(promptFile, {
    type: `path of a text file of 1 to ${MAX_PROMPT_CHARACTERS.toLocaleString('en-US')} characters`,
    about: 'The same, from a file; it goes before `SYSTEM_PROMPT`.',
  }),
  MCP_CONFIG: setting(z.string().min(1).optional(), {
    type: 'path of a JSON file',
    about:
      'MCP servers whose tools language models may use, as `{"mcpServers": {"name": {"command": …}}}`. In `env`, `headers` and `url`, `${NAME}` stands for a variable of the environment. With `"allow": ["tool", …]` a server lends only these of its tools.',
  }),
};

/** What one vendor's model takes. @param owner - in sentences */
export function modelLimitSettings(prefix: string, owner: string): SettingsDeclaration {
  return {
    [`${prefix}_TOOLS`]: setting(z.enum(TOOL_USES).default('auto'), {
      type: '`auto`, `on` or `off`',
      default: 'auto',
      about: `Whether the language model of ${owner} is offered tools. With \`auto\` it is, until it refuses them; then it is asked again without, and for an hour.`,
    }),
    [`${prefix}_CONTEXT_TOKENS`]: setting(
      z.coerce.number().int().min(1_000).max(10_000_000).optional(),
      {
        type: 'whole number, 1,000 to 10,000,000',
        unit: 'tokens',
        default: 'what the server says when it refuses',
        about: `How much the language model of ${owner} takes at once, its answer included: a long conversation is kept within it.`,
      },
    ),
  };
}

/** What `modelLimitSettings` were set to. */
export function readModelLimits(
  prefix: string,
  values: Readonly<Record<string, unknown>>,
): { readonly tools: ToolUse; readonly contextTokens: number | undefined } {
  return {
    tools: values[`${prefix}_TOOLS`] as ToolUse,
    contextTokens: values[`${prefix}_CONTEXT_TOKENS`] as number | undefined,
  };
}

export type LanguageModelValues = ValuesOf<typeof LANGUAGE_MODEL_SETTINGS>;

/** The model's instructions, without what is only true at the moment of asking. */
export function systemPromptOf(
  values: Pick<LanguageModelValues, 'SYSTEM_PROMPT' | 'SYSTEM_PROMPT_FILE'>,
): string {
  return values.SYSTEM_PROMPT_FILE ?? values.SYSTEM_PROMPT ?? DEFAULT_SYSTEM_PROMPT;
}
