import type { LanguageModelV4ToolResultPart } from '@ai-sdk/provider';
import { asSchema, type ToolSet } from 'ai';
import { parseJson } from '../../../base/lib/json.ts';

type Output = LanguageModelV4ToolResultPart['output'];

/** @param input - as the model wrote it. @returns undefined if that is not a JSON object */
export function parsedInput(input: string): object | undefined {
  if (input.trim() === '') return {};
  const value = parseJson(input);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : undefined;
}

/** Never throws: a failure comes back in words, so that the model can react to it. */
export async function useTool(
  tools: ToolSet,
  call: {
    readonly toolCallId: string;
    readonly toolName: string;
    readonly input: object | undefined;
  },
  signal: AbortSignal,
): Promise<Output> {
  const { toolCallId, toolName, input } = call;
  const tool = Object.hasOwn(tools, toolName) ? tools[toolName] : undefined;
  if (tool?.execute === undefined) return failed(`There is no tool "${toolName}".`);
  // Those of MCP servers come without a check of their own.
  if (input === undefined) {
    return failed('The input does not fit what the tool takes: it is not a JSON object.');
  }
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
