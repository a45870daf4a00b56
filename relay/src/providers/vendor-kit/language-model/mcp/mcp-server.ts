import type { MCPClient } from '@ai-sdk/mcp';
import type { ToolSet } from 'ai';
import type { Clock } from '../../../../base/lib/clock.ts';
import { withDeadline } from '../../../../base/lib/deadline.ts';
import type { Logger } from '../../../../base/lib/logger.ts';
import { ToolTooSlowError } from '../tool-limits.ts';
import type { McpServerConfig } from './mcp-config.ts';
import { connectMcp } from './mcp-connection.ts';
import { toolsOfServer } from './mcp-tools.ts';

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
