import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ConfigError, type Environment } from '../../../../base/config/read-settings.ts';

/** `${NAME}`, or `${NAME:-what is taken without it}`. */
const REFERENCE = /\$\{([A-Za-z_]\w*)(?::-([^}]*))?\}/g;

/** More would only confuse a model that has a second to begin its answer. */
const MAX_SERVERS = 16;

/** What stands in the file, before `${NAME}` is looked up. */
const rawServer = z
  .object({
    type: z.string().optional(),
    command: z.string().min(1).optional(),
    args: z.array(z.string()).default([]),
    env: z.record(z.string(), z.string()).default({}),
    cwd: z.string().min(1).optional(),
    url: z.string().optional(),
    headers: z.record(z.string(), z.string()).default({}),
    disabled: z.boolean().default(false),
    allow: z.array(z.string().min(1)).optional(),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), {
    error: 'expected either "command" or "url"',
  });

const httpUrl = z.url({ protocol: /^https?$/ });

function serverIn(environment: Environment) {
  return rawServer.transform((entry, context): ServerEntry => {
    const { type, command, args, cwd, disabled, allow } = entry;
    const resolve = (text: string, ...path: string[]): string => {
      const resolved = resolveReferences(text, environment);
      // A server that is not used may be waiting for its variables.
      for (const name of disabled ? [] : resolved.unknown) {
        context.addIssue({
          code: 'custom',
          path,
          message: `the environment has no variable "${name}"`,
        });
      }
      return resolved.text;
    };
    const resolveAll = (texts: Readonly<Record<string, string>>, field: string) =>
      Object.fromEntries(
        Object.entries(texts).map(([name, text]) => [name, resolve(text, field, name)]),
      );
    if (entry.url === undefined) {
      const env = resolveAll(entry.env, 'env');
      const transport = { kind: 'stdio', command: command ?? '', args, env, cwd } as const;
      return { disabled, allow, transport };
    }
    const url = resolve(entry.url, 'url');
    if (!disabled && context.issues.length === 0 && !httpUrl.safeParse(url).success) {
      context.addIssue({ code: 'custom', path: ['url'], message: 'expected an http or https URL' });
    }
    // The default is the streamable transport, which has replaced `sse`.
    const kind = type === 'sse' ? 'sse' : 'http';
    const headers = resolveAll(entry.headers, 'headers');
    return { disabled, allow, transport: { kind, url, headers } };
  });
}

function fileIn(environment: Environment) {
  return z.object({
    mcpServers: z
      .record(z.string().min(1).max(64), serverIn(environment))
      .refine((servers) => Object.keys(servers).length <= MAX_SERVERS, {
        error: `expected at most ${MAX_SERVERS} servers`,
      }),
  });
}

interface ServerEntry {
  readonly disabled: boolean;
  readonly allow: readonly string[] | undefined;
  readonly transport: McpTransport;
}

/** How a server is reached. `env` and `headers` may hold secrets. */
export type McpTransport =
  | {
      readonly kind: 'stdio';
      readonly command: string;
      readonly args: readonly string[];
      readonly env: Readonly<Record<string, string>>;
      readonly cwd: string | undefined;
    }
  | {
      readonly kind: 'http' | 'sse';
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
    };

export interface McpServerConfig {
  readonly name: string;
  readonly transport: McpTransport;
  /** The tools that are lent, by the server's own names; without it all. */
  readonly allow?: readonly string[];
}

/**
 * Reads the servers from a file in the form `{"mcpServers": {"name": {"command": …} | {"url": …}}}`.
 * Fields that other programs put there are ignored. In `env`, `headers` and `url`, `${NAME}` stands
 * for a variable of the environment, so that the file need hold no secrets.
 *
 * @returns those that are not disabled
 * @throws ConfigError naming the file and every field that is wrong, without what it holds
 */
export function readMcpConfig(path: string, environment: Environment): McpServerConfig[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, 'utf8'));
  } catch (error) {
    throw problem(
      error instanceof SyntaxError
        ? `the file "${path}" is not valid JSON.`
        : `the file "${path}" cannot be read.`,
    );
  }
  const parsed = fileIn(environment).safeParse(content);
  if (!parsed.success) {
    const issues = parsed.error.issues.map(({ path: field, message }) =>
      field.length === 0 ? message : `${field.map(String).join('.')}: ${message}`,
    );
    throw problem(`in the file "${path}": ${issues.join('; ')}.`);
  }
  return Object.entries(parsed.data.mcpServers)
    .filter(([, { disabled }]) => !disabled)
    .map(([name, { transport, allow }]) => ({ name, transport, ...(allow && { allow }) }));
}

function problem(words: string): ConfigError {
  return new ConfigError([`MCP_CONFIG: ${words}`]);
}

/**
 * Puts the environment's values in the place of `${NAME}` and `${NAME:-default}`, as other MCP
 * clients do; all other dollars and braces stay.
 *
 * @returns the text, and the names that the environment does not have and that have no default
 */
export function resolveReferences(
  text: string,
  environment: Environment,
): { readonly text: string; readonly unknown: readonly string[] } {
  const unknown: string[] = [];
  const resolved = text.replaceAll(
    REFERENCE,
    (_reference, name: string, fallback: string | undefined) => {
      const value = environment[name] ?? fallback;
      if (value === undefined) unknown.push(name);
      return value ?? '';
    },
  );
  return { text: resolved, unknown };
}
