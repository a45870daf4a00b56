import type { Environment } from '../../../../base/config/read-settings.ts';
import type { Clock } from '../../../../base/lib/clock.ts';
import { withDeadline } from '../../../../base/lib/deadline.ts';
import type { Logger } from '../../../../base/lib/logger.ts';
import type { LanguageModelValues } from '../language-model-settings.ts';
import type { Toolbox } from '../tool-limits.ts';
import { readMcpConfig } from './mcp-config.ts';

/** How long the relay's start may be held up by servers that take their time. */
const START_WAIT_MS = 5_000;

/**
 * Connects the MCP servers of `MCP_CONFIG`; without it the toolbox is empty. Servers that
 * cannot be reached within five seconds are left out until they can.
 *
 * @throws ConfigError if the file is not right
 */
export async function openToolbox(
  values: Pick<LanguageModelValues, 'MCP_CONFIG'>,
  context: { readonly environment: Environment; readonly clock: Clock; readonly logger: Logger },
): Promise<Toolbox & AsyncDisposable> {
  if (values.MCP_CONFIG === undefined) {
    return { tools: () => ({}), [Symbol.asyncDispose]: () => Promise.resolve() };
  }
  const configs = readMcpConfig(values.MCP_CONFIG, context.environment);
  const { McpServer } = await import('./mcp-server.ts');
  const servers = configs.map((config) => new McpServer(config, context.clock, context.logger));
  const connecting = Promise.all(servers.map((server) => server.connect()));
  await withDeadline(connecting, START_WAIT_MS, context.clock, () => new Error('Slow')).catch(
    () => {},
  );
  return {
    tools: () => Object.assign({}, ...servers.map(({ tools }) => tools)),
    async [Symbol.asyncDispose]() {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    },
  };
}
