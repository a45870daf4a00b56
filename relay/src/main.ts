import { fileURLToPath } from 'node:url';
import { readEnvironment } from './config/environment.ts';
import { ConfigError } from './config/read-settings.ts';
import { parseStartOptions, START_USAGE } from './config/start-options.ts';
import { addressesToOpen } from './http/addresses.ts';
import { FIXED_CLAUSES } from './turn/reply/phrases.ts';
import { systemClock } from './lib/clock.ts';
import { createLogger } from './lib/logger.ts';
import { Problems } from './lib/problems.ts';
import { readConfiguration, type Configuration } from './registry/configuration.ts';
import { openProviders } from './registry/open-providers.ts';
import { startRelay } from './app.ts';
import relayPackage from '../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE_ROOT = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** Runs the relay until it is told to stop. Real parts are chosen here, and only here. */
async function main(): Promise<void> {
  const configuration = configurationOrExit();
  const { config } = configuration;
  const problems = new Problems(systemClock);
  const logger = createLogger(config.logLevel);
  const providers = await openProviders(configuration, {
    clock: systemClock,
    logger,
    phrases: FIXED_CLAUSES,
  });
  const relay = await startRelay({
    config,
    providers,
    version: relayPackage.version,
    pageRoot: PAGE_ROOT,
    logger,
    problems,
  }).catch(async (error: unknown) => {
    await providers[Symbol.asyncDispose]();
    throw error;
  });
  logger.info({ url: relay.url }, 'listening');
  process.stdout.write(addressesToOpen(relay.url, config.publicUrl));

  let isStopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // A second signal means that the operator does not want to wait.
    if (isStopping) process.exit(1);
    isStopping = true;
    logger.info({ signal }, 'stopping');
    void relay
      .stop(config.shutdownGraceMs)
      .then(() => providers[Symbol.asyncDispose]())
      .then(
        () => process.exit(0),
        (error: unknown) => {
          logger.error({ err: error }, 'stopping failed');
          process.exit(1);
        },
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function configurationOrExit(): Configuration {
  try {
    const options = parseStartOptions(process.argv.slice(2));
    if (options === 'help') {
      process.stdout.write(START_USAGE);
      process.exit(0);
    }
    return readConfiguration({ ...readEnvironment(ROOT, process.env), ...options });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    complain(error.message);
    process.exit(2);
  }
}

function complain(sentence: string): void {
  process.stderr.write(`${sentence}\n`);
}

main().catch((error: unknown) => {
  if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') {
    complain(
      'The port is in use by another program. Stop that, or choose another: npm start -- --port 8788',
    );
  } else {
    complain(`Parley could not start: ${error instanceof Error ? error.message : String(error)}`);
  }
  process.exit(1);
});
