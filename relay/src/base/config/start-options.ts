import { parseArgs } from 'node:util';
import { ConfigError, type Environment } from './read-settings.ts';

export const START_USAGE = `Installs and builds what is needed, then serves the page and the relay.

  npm start
  npm start -- [--port N] [--host HOST]

  --port N      the port to listen on (default 8787; 0 takes a free one)
  --host HOST   the address to listen on (default 127.0.0.1; 0.0.0.0 or :: for every interface)
  --help        shows this

Everything else is set by environment variables or the file .env: docs/configuration.md lists them.

Exit status: 0 stopped by a signal; 1 could not start; 2 options or configuration are not usable.
`;

/**
 * The command line of `npm start` as settings, which go before those of the environment.
 *
 * @throws ConfigError that names the option
 */
export function parseStartOptions(commandLine: readonly string[]): Environment | 'help' {
  const values = readOptions(commandLine);
  if (values.help === true) return 'help';
  return {
    ...(values.port === undefined ? {} : { PORT: values.port }),
    ...(values.host === undefined ? {} : { HOST: values.host }),
  };
}

function readOptions(commandLine: readonly string[]) {
  try {
    return parseArgs({
      args: [...commandLine],
      options: {
        port: { type: 'string', short: 'p' },
        host: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    // Node's first sentence names the option; the advice that follows it is for programmers.
    const [sentence = ''] = (error as Error).message.split(/\.\s|\n/);
    throw new ConfigError([`${sentence}. npm start -- --help shows what there is.`]);
  }
}
