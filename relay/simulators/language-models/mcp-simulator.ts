import { fileURLToPath } from 'node:url';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';
import { SimulatorServer } from '../kit/simulator-server.ts';
import type { Simulator } from '../kit/simulator.ts';

/** A program that serves the same tools over its standard input and output. */
export const MCP_PROGRAM = fileURLToPath(new URL('./mcp-simulator.process.ts', import.meta.url));

/** A real MCP server, made with the protocol's own SDK. */
export function createMcpServer(): McpServer {
  const server = new McpServer({ name: 'simulated', version: '1.0.0' });
  server.registerTool(
    'look.up',
    { description: 'Looks something up.', inputSchema: { word: z.string() } },
    ({ word }) => ({ content: [{ type: 'text', text: `${word}: found` }] }),
  );
  server.registerTool('flood', { description: 'Says too much.' }, () => ({
    content: [{ type: 'text', text: 'x'.repeat(100_000) }],
  }));
  server.registerTool('fail', { description: 'Fails.' }, () => ({
    content: [{ type: 'text', text: 'The shelf is empty.' }],
    isError: true,
  }));
  server.registerTool('hang', { description: 'Never answers.' }, () => new Promise(() => {}));
  server.registerTool('picture', { description: 'Shows something.' }, () => ({
    content: [{ type: 'image', data: 'aGk=', mimeType: 'image/png' }],
  }));
  return server;
}

/** The same over HTTP, at `/mcp`, for those who send `x-shelf-key`. */
export async function startMcpSimulator(): Promise<Simulator> {
  const server = new SimulatorServer({
    async request(request, response) {
      if (request.url !== '/mcp') return false;
      if (request.headers['x-shelf-key'] !== server.key) {
        response.writeHead(401).end();
        return true;
      }
      const mcp = createMcpServer();
      // A transport for each request: no session is kept, and none can be lost.
      const transport = new StreamableHTTPServerTransport({});
      response.once('close', () => void mcp.close());
      await mcp.connect(transport);
      await transport.handleRequest(request, response);
      return true;
    },
  });
  return server.listen();
}
