import { fileURLToPath } from 'node:url';
import { readEnvironment } from './base/config/environment.ts';
import { ConfigError } from './base/config/read-settings.ts';
import { parseStartOptions, START_USAGE } from './base/config/start-options.ts';
import { openTurnModel } from './providers/embedded/open-turn-model.ts';
import { addressesToOpen } from './http/addresses.ts';
import { FIXED_CLAUSES } from './call/turn/replying/phrases.ts';
import { SOUND_DEADLINE_MS } from './call/turn/deciding/pause-sound.ts';
import { readConfiguration, type Configuration } from './providers/registry/configuration.ts';
import { openProviders } from './providers/registry/open-providers.ts';
import { providerPrices, serviceUrls } from './providers/registry/provider-prices.ts';
import { runRelay } from './relay-process.ts';
import relayPackage from '../package.json' with { type: 'json' };

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const PAGE_ROOT = fileURLToPath(new URL('../../web/dist', import.meta.url));

const UNKNOWN_HOST =
  'HOST is a name that this machine cannot look up. To listen on all of its addresses: npm start -- --host ::';
/** Why a server cannot listen, by Node's code, and what to do about it. */
const LISTEN_FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'The port is in use by another program. Stop that, or choose another: npm start -- --port 8788',
  EACCES:
    'This account may not listen on the port; those below 1,024 are reserved, as a rule. Choose another: npm start -- --port 8788',
  EADDRNOTAVAIL:
    'HOST is not an address of this machine. To listen on all of its addresses: npm start -- --host ::',
  ENOTFOUND: UNKNOWN_HOST,
  // Without a network.
  EAI_AGAIN: UNKNOWN_HOST,
};

/** Runs the relay until it is told to stop. Real parts are chosen here, and only here. */
async function main(): Promise<void> {
  const configuration = configurationOrExit();
  const { config } = configuration;
  for (const warning of configuration.warnings) complain(warning);
  const turnModel =
    config.turnModel === undefined ? undefined : await openTurnModel(config.turnModel);
  if (turnModel !== undefined && turnModel.judgementMs > SOUND_DEADLINE_MS) {
    const ms = Math.round(turnModel.judgementMs);
    complain(
      `TURN_MODEL: a judgement takes ${ms} ms on this machine; after ${SOUND_DEADLINE_MS} ms it comes too late to count.`,
    );
  }
  const { url } = await runRelay({
    config,
    turnModel,
    money: providerPrices(configuration),
    paid: configuration.paid,
    serviceUrls: serviceUrls(configuration),
    version: relayPackage.version,
    pageRoot: PAGE_ROOT,
    openProviders: (parts) => openProviders(configuration, { ...parts, phrases: FIXED_CLAUSES }),
  });
  process.stdout.write(addressesToOpen(url, config.publicUrl));
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
  if (error instanceof ConfigError) {
    complain(error.message);
    process.exit(2);
  }
  const { code = '', message } = error as NodeJS.ErrnoException;
  complain(LISTEN_FAILURES[code] ?? `Parley could not start: ${message}`);
  process.exit(1);
});
