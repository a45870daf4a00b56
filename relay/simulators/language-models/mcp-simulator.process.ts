import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createMcpServer } from './mcp-simulator.ts';

const server = createMcpServer();
server.registerTool('crash', { description: 'Ends the program.' }, () => process.exit(1));
server.registerTool('environment', { description: 'Tells a variable.' }, () => ({
  content: [{ type: 'text', text: process.env['SHELF'] ?? 'not set' }],
}));
server.registerTool('variables', { description: 'Names the variables there are.' }, () => ({
  content: [{ type: 'text', text: Object.keys(process.env).join(' ') }],
}));
await server.connect(new StdioServerTransport());
