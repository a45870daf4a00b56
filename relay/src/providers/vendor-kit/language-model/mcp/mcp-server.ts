import {
  type MCPClient,
  type CallToolResult,
  type ListToolsResult,
  createMCPClient,
} from '@ai-sdk/mcp';
import type { JSONSchema7 } from '@ai-sdk/provider';
import { type ToolSet, dynamicTool, jsonSchema } from '@ai-sdk/provider-utils';
import type { Clock } from '../../../../base/lib/clock.ts';
import { withDeadline } from '../../../../base/lib/deadline.ts';
import type { Logger } from '../../../../base/lib/logger.ts';
import { ToolTooSlowError, boundedTool } from '../tool-limits.ts';
import type { McpServerConfig, McpTransport } from './mcp-config.ts';
import { z } from 'zod';
import { StdioMCPTransport } from '@ai-sdk/mcp/mcp-stdio';

/** Pages of tools read from one server. */
const MAX_PAGES = 5;

interface McpConnection {
  readonly client: MCPClient;
  readonly tools: ListToolsResult['tools'];
}

/** Tools taken from one server, and characters taken from each description. */
const MAX_TOOLS = 48;

const MAX_DESCRIPTION = 1_000;

/** What every vendor takes for a tool's name. */
const MAX_NAME = 64;

/** What a server itself says of a request it does not accept (JSON-RPC 2.0, section 5.1). */
const refusal = z.object({ code: z.number(), message: z.string() });

const textPart = z.object({ type: z.literal('text'), text: z.string() });

const resourcePart = z.object({ resource: z.object({ text: z.string() }) });

/** A program may have to be downloaded first, as `npx` does. */
const CONNECT_MS = 60_000;
const CLOSE_MS = 2_000;
const FIRST_RETRY_MS = 1_000;
const LONGEST_RETRY_MS = 60_000;

type State =
  | { readonly kind: 'connecting'; readonly controller: AbortController }
  | { readonly kind: 'up'; readonly client: MCPClient; readonly tools: ToolSet }
  | { readonly kind: 'waiting'; readonly cancel: () => void }
  | { readonly kind: 'closed' };

/** One MCP server: connected, or on the way there in the background. */
export class McpServer implements AsyncDisposable {
  readonly #config: McpServerConfig;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #state: State = { kind: 'waiting', cancel: () => {} };
  #failures = 0;

  constructor(config: McpServerConfig, clock: Clock, logger: Logger) {
    this.#config = config;
    this.#clock = clock;
    this.#logger = logger;
  }

  /** None while it cannot be reached. */
  get tools(): ToolSet {
    return this.#state.kind === 'up' ? this.#state.tools : {};
  }

  /** Resolves when the first attempt is over, well or not. */
  async connect(): Promise<void> {
    if (this.#state.kind !== 'waiting') return;
    const controller = new AbortController();
    const connecting: State = { kind: 'connecting', controller };
    this.#state = connecting;
    try {
      const { allow } = this.#config;
      const { client, tools: listed } = await withDeadline(
        connectMcp(this.#config.transport, controller.signal, (lost) => this.#lost(lost)),
        CONNECT_MS,
        this.#clock,
        () => new Error('No answer in time'),
      );
      if (this.#state !== connecting) return void close(client, this.#clock);
      this.#failures = 0;
      const tools = toolsOfServer({
        server: this.#config.name,
        client,
        listed,
        allow,
        clock: this.#clock,
        onFailure: (error) => this.#failed(client, error),
      });
      this.#state = { kind: 'up', client, tools };
      const lent = Object.keys(tools).length;
      this.#log('info', { tools: lent, offered: listed.length }, 'MCP server connected');
      const unknown = allow?.filter((name) => !listed.some((tool) => tool.name === name)) ?? [];
      if (unknown.length > 0) {
        this.#log('warn', { unknown }, 'MCP server has no tools of these names, which are allowed');
      }
    } catch (error) {
      controller.abort();
      if (this.#state === connecting) this.#retryLater(error);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const state = this.#state;
    this.#state = { kind: 'closed' };
    if (state.kind === 'connecting') state.controller.abort();
    if (state.kind === 'waiting') state.cancel();
    if (state.kind === 'up') await close(state.client, this.#clock);
  }

  /** A tool that was only slow says nothing about the connection. */
  #failed(client: MCPClient, error: unknown): void {
    this.#log('warn', { reason: reasonOf(error) }, 'MCP tool failed');
    if (!(error instanceof ToolTooSlowError)) this.#lost(client);
  }

  /** Not by a child logger, which would keep the level that the relay had when it began. */
  #log(level: 'info' | 'warn', fields: object, message: string): void {
    this.#logger[level]({ mcpServer: this.#config.name, ...fields }, message);
  }

  #lost(client: MCPClient): void {
    if (this.#state.kind !== 'up' || this.#state.client !== client) return;
    void close(client, this.#clock);
    this.#retryLater(undefined);
  }

  #retryLater(error: unknown): void {
    const delayMs = Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** this.#failures);
    this.#failures += 1;
    this.#log(
      'warn',
      { reason: error === undefined ? 'connection lost' : reasonOf(error), retryMs: delayMs },
      'MCP server unavailable',
    );
    const cancel = this.#clock.after(delayMs, () => void this.connect());
    this.#state = { kind: 'waiting', cancel };
  }
}

async function close(client: MCPClient, clock: Clock): Promise<void> {
  await withDeadline(
    client.close(),
    CLOSE_MS,
    clock,
    () => new Error('Closing took too long'),
  ).catch(() => {});
}

/** A code or a kind: messages may quote addresses with secrets in them. */
function reasonOf(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const { code, statusCode } = at as { code?: unknown; statusCode?: unknown };
    if (typeof code === 'string') return code;
    if (typeof statusCode === 'number') return `status ${statusCode}`;
  }
  return error instanceof Error ? error.name : 'unknown';
}

/**
 * One server's tools for a language model, as `server__tool`.
 *
 * @param options.onFailure - called if the server could not be asked or did not answer in time
 */
function toolsOfServer(options: {
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

/**
 * Connects and lists the server's tools.
 *
 * @param onClose - the connection ended by itself; only a local program's end is noticed at once
 * @throws what went wrong, after the connection is closed again
 */
async function connectMcp(
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
    // Such errors are lost connections, which are noticed elsewhere, or of no consequence.
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
