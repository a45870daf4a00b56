import type { CallToolResult, ListToolsResult, MCPClient } from '@ai-sdk/mcp';
import { dynamicTool, jsonSchema, type JSONSchema7, type ToolSet } from 'ai';
import { z } from 'zod';
import type { Clock } from '../../../../base/lib/clock.ts';
import { boundedTool } from '../tool-limits.ts';

/** Tools taken from one server, and characters taken from each description. */
const MAX_TOOLS = 48;
const MAX_DESCRIPTION = 1_000;
/** What every vendor takes for a tool's name. */
const MAX_NAME = 64;

/** What a server itself says of a request it does not accept (JSON-RPC 2.0, section 5.1). */
const refusal = z.object({ code: z.number(), message: z.string() });

/**
 * One server's tools for a language model, as `server__tool`.
 *
 * @param options.onFailure - called if the server could not be asked or did not answer in time
 */
export function toolsOfServer(options: {
  readonly server: string;
  readonly client: Pick<MCPClient, 'callTool'>;
  readonly listed: ListToolsResult['tools'];
  /** By the server's own names; without it all. */
  readonly allow?: readonly string[] | undefined;
  readonly clock: Clock;
  readonly onFailure: (error: unknown) => void;
}): ToolSet {
  const { server, client, allow, clock, onFailure } = options;
  const lent = options.listed.filter(({ name }) => allow?.includes(name) ?? true);
  const tools: ToolSet = {};
  for (const { name, description, inputSchema } of lent.slice(0, MAX_TOOLS)) {
    tools[toolName(server, name)] = dynamicTool({
      description: (description ?? name).slice(0, MAX_DESCRIPTION),
      inputSchema: jsonSchema(inputSchema as JSONSchema7),
      execute: (input, { abortSignal }) =>
        boundedTool({
          work: (signal) => call(client, name, input, signal),
          signal: abortSignal,
          clock,
          onFailure,
        }),
    });
  }
  return tools;
}

async function call(
  client: Pick<MCPClient, 'callTool'>,
  name: string,
  input: unknown,
  signal: AbortSignal,
): Promise<string> {
  try {
    const args = (input ?? {}) as Record<string, unknown>;
    return wordsOf(await client.callTool({ name, arguments: args, options: { signal } }));
  } catch (error) {
    signal.throwIfAborted();
    const refused = refusal.safeParse(error);
    if (!refused.success) throw error;
    return `The tool refused: ${refused.data.message}`;
  }
}

const textPart = z.object({ type: z.literal('text'), text: z.string() });
const resourcePart = z.object({ resource: z.object({ text: z.string() }) });

/** Of what a tool may answer a voice can use only the words. */
function wordsOf(result: CallToolResult): string {
  const parts: unknown[] = Array.isArray(result.content) ? result.content : [];
  const words = parts
    .map((part) => {
      const text = textPart.safeParse(part);
      if (text.success) return text.data.text;
      const resource = resourcePart.safeParse(part);
      return resource.success ? resource.data.resource.text : '[Something that is not text.]';
    })
    .join('\n');
  const said = words === '' ? 'Done, without an answer.' : words;
  return result.isError === true ? `The tool failed: ${said}` : said;
}

function toolName(server: string, tool: string): string {
  const name = `${server}__${tool}`.replaceAll(/[^\w-]/g, '_');
  return (/^[A-Za-z_]/.test(name) ? name : `_${name}`).slice(0, MAX_NAME);
}
