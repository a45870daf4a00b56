import { createMCPClient, type ListToolsResult, type MCPClient } from '@ai-sdk/mcp';
import { StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';
import type { McpTransport } from './mcp-config.ts';

/** Pages of tools read from one server. */
const MAX_PAGES = 5;

export interface McpConnection {
  readonly client: MCPClient;
  readonly tools: ListToolsResult['tools'];
}

/**
 * Connects and lists the server's tools.
 *
 * @param onClose - the connection ended by itself; only a local program's end is noticed at once
 * @throws what went wrong, after the connection is closed again
 */
export async function connectMcp(
  transport: McpTransport,
  signal: AbortSignal,
  onClose: (client: MCPClient) => void,
): Promise<McpConnection> {
  const wire =
    transport.kind === 'stdio'
      ? localProgram(transport)
      : { type: transport.kind, url: transport.url, headers: { ...transport.headers } };
  const client = await createMCPClient({
    transport: wire,
    clientName: 'parley',
    initializationOptions: { signal },
    // These are lost connections, which are noticed elsewhere, or of no consequence.
    onUncaughtError: () => {},
  });
  try {
    const tools = await listTools(client, signal);
    if (wire instanceof StdioMCPTransport) {
      const closed = wire.onclose;
      wire.onclose = () => {
        closed?.();
        onClose(client);
      };
    }
    return { client, tools };
  } catch (error) {
    await client.close().catch(() => {});
    throw error;
  }
}

function localProgram(transport: McpTransport & { readonly kind: 'stdio' }): StdioMCPTransport {
  return new StdioMCPTransport({
    command: transport.command,
    args: [...transport.args],
    env: { ...transport.env },
    // Its log is its own business, and may hold what people said.
    stderr: 'ignore',
    ...(transport.cwd === undefined ? {} : { cwd: transport.cwd }),
  });
}

async function listTools(
  client: MCPClient,
  signal: AbortSignal,
): Promise<ListToolsResult['tools']> {
  const tools: ListToolsResult['tools'] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page += 1) {
    const listed: ListToolsResult = await client.listTools({
      ...(cursor === undefined ? {} : { params: { cursor } }),
      options: { signal },
    });
    tools.push(...listed.tools);
    cursor = listed.nextCursor;
    if (cursor === undefined) break;
  }
  return tools;
}
