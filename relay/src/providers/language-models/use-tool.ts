import type {
  LanguageModelV4CallOptions,
  LanguageModelV4FunctionTool,
  LanguageModelV4ToolResultPart,
} from '@ai-sdk/provider';
import { asSchema, type ToolSet } from 'ai';

type Output = LanguageModelV4ToolResultPart['output'];

/** Tools as a model is told of them. */
export async function describedTools(
  tools: ToolSet,
): Promise<NonNullable<LanguageModelV4CallOptions['tools']>> {
  return Promise.all(
    Object.entries(tools).map(async ([name, { description, inputSchema }]) => ({
      type: 'function',
      name,
      ...(typeof description === 'string' ? { description } : {}),
      inputSchema: (await asSchema(inputSchema).jsonSchema) as FunctionInput,
    })),
  );
}

type FunctionInput = LanguageModelV4FunctionTool['inputSchema'];

/** @param input - JSON, as the model wrote it. @returns what it says, or else the text as it is */
export function parsedInput(input: string): unknown {
  if (input.trim() === '') return {};
  try {
    return JSON.parse(input) as unknown;
  } catch {
    return input;
  }
}

/**
 * Never throws: whatever goes wrong comes back in words, because the model is the one to make
 * something of it.
 */
export async function useTool(
  tools: ToolSet,
  call: { readonly toolCallId: string; readonly toolName: string; readonly input: unknown },
  signal: AbortSignal,
): Promise<Output> {
  const { toolCallId, toolName, input } = call;
  const tool = Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
  if (tool?.execute === undefined) return failed(`There is no tool "${toolName}".`);
  try {
    const checked = await asSchema(tool.inputSchema).validate?.(input);
    if (checked?.success === false) {
      return failed(`The input does not fit what the tool takes: ${checked.error.message}`);
    }
    const value: unknown = checked === undefined ? input : checked.value;
    const options = { toolCallId, messages: [], abortSignal: signal, context: {} };
    return { type: 'text', value: String(await tool.execute(value, options)) };
  } catch {
    return failed('The tool failed.');
  }
}

function failed(value: string): Output {
  return { type: 'error-text', value };
}
