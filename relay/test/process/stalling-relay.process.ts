import { readConfig } from '../../src/base/config/config.ts';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { runRelay } from '../../src/relay-process.ts';
import { createFailoverStages } from '../../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../../src/call/stages/health/policy.ts';
import { createNovaTranscriber } from '../../src/providers/vendors/deepgram/deepgram-nova-transcriber.ts';
import { ScriptedGenerator } from '../support/scripted-generator.ts';
import { ScriptedSynthesizer } from '../support/scripted-synthesizer.ts';

// A relay that listens through one vendor, without another to fall back on, whose address and key
// are in its environment. At SIGUSR2 its event loop is held up. Prints its address.

const STALL_MS = 2_000;
/** Shorter than the stall: each connection that is being opened then is late. */
const CONNECT_MS = 1_000;

process.on('SIGUSR2', () => {
  const endMs = performance.now() + STALL_MS;
  while (performance.now() < endMs);
});

const { VENDOR_URL = '', VENDOR_KEY = '' } = process.env;
const { url } = await runRelay({
  config: readConfig(process.env),
  version: '0.0.0-test',
  pageRoot: new URL('no-page', import.meta.url).pathname,
  openProviders: async ({ clock }) => {
    const context = { clock, logger: silentLogger, connectMs: CONNECT_MS, language: 'en-US' };
    const account = { baseUrl: VENDOR_URL, apiKey: VENDOR_KEY, model: 'nova-3' };
    return Promise.resolve(
      createFailoverStages({
        transcribers: [createNovaTranscriber(account, context)],
        generators: [new ScriptedGenerator({ clock })],
        synthesizers: [new ScriptedSynthesizer({ clock })],
        policy: DEFAULT_POLICY,
        clock,
        logger: silentLogger,
      }),
    );
  },
});
process.stdout.write(`${url}\n`);
