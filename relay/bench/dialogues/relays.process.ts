import { randomBytes } from 'node:crypto';
import { startRelay } from '../../src/app.ts';
import { createEmbeddedSynthesizer } from '../../src/providers/embedded/embedded-synthesizer.ts';
import { systemClock } from '../../src/base/lib/clock.ts';
import { openLog } from '../../src/base/lib/open-log.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { readConfiguration } from '../../src/providers/registry/configuration.ts';
import { openProviders } from '../../src/providers/registry/open-providers.ts';
import { createFailoverStages } from '../../src/call/stages/failover-stages.ts';
import { DEFAULT_POLICY } from '../../src/call/stages/health/policy.ts';
import type { Generator } from '../../src/call/stages/generator/generator.ts';
import type { Stages } from '../../src/call/stages/stages.ts';
import { serve } from '../process/serve.ts';
import { UNLIMITED } from '../process/unlimited.ts';
import type { Dialogue, TimedWord } from './dialogue.ts';
import { openTranscriber } from './open-transcriber.ts';

/** As quick as a good language model. */
const FIRST_TEXT_MS = 150;
const USUAL_REPLY = 'All right. That is done.';

const handlers = {
  /** Opens a relay with the embedded providers, and one that understands open speech. */
  async open({
    dialogues,
    words,
    callers,
  }: {
    dialogues: readonly Dialogue[];
    words: readonly (readonly (readonly TimedWord[])[])[];
    callers: number;
  }) {
    const configuration = readConfiguration({
      PORT: '0',
      HOST: '127.0.0.1',
      // Nothing is kept: with a secret given, the data folder is not touched.
      AUTH_SECRET: randomBytes(32).toString('hex'),
      ...UNLIMITED,
      TRANSCRIBERS: 'embedded',
      GENERATORS: 'embedded',
      SYNTHESIZERS: 'embedded',
      EMBEDDED_WORKERS: String(callers),
      EMBEDDED_WAIT_S: '10',
    });
    const problems = new Problems(systemClock);
    const { logger } = await openLog({ level: 'warn', clock: systemClock, problems });
    const start = async (providers: Stages) => {
      const { url } = await startRelay({
        config: configuration.config,
        providers,
        version: 'bench',
        pageRoot: new URL('no-page', import.meta.url).pathname,
        logger,
        clock: systemClock,
        problems,
      });
      return url.replace('localhost', '127.0.0.1');
    };
    const voice = createEmbeddedSynthesizer();
    await voice.warm(2);
    const open = createFailoverStages({
      transcribers: [openTranscriber(words)],
      generators: [scripted(dialogues)],
      synthesizers: [voice],
      policy: DEFAULT_POLICY,
      clock: systemClock,
      logger,
    });
    return {
      embedded: await start(await openProviders(configuration, { clock: systemClock, logger })),
      open: await start(open),
    };
  },
};
export type RelaysHandlers = typeof handlers;

serve(handlers);

/** Says what the dialogues have it say. */
function scripted(dialogues: readonly Dialogue[]): Generator {
  const replies = new Map<string, string>();
  for (const { utterances } of dialogues) {
    for (const { parts, reply } of utterances) {
      const text = parts.filter((part) => typeof part === 'string').join(' ');
      if (reply !== undefined) replies.set(text.toLowerCase(), reply);
    }
  }
  return {
    name: 'scripted',
    async *generate({ history, unasked = 1 }) {
      await new Promise((resolve) => setTimeout(resolve, FIRST_TEXT_MS));
      const asked = history.filter(({ role }) => role === 'user').slice(-unasked);
      const text = asked.map((message) => message.text).join(' ');
      yield { type: 'text-delta', text: replies.get(text) ?? USUAL_REPLY };
    },
  };
}
