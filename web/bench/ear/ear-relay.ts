import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CATALOGUE, trimSilence, type Flite } from '@parley/relay/testing';
import { resamplePcm16 } from '@parley/shared/audio/pcm16-resampler';
import {
  EMBEDDED_PROVIDERS,
  startRealRelay,
  type RelaySettings,
} from '../../e2e/call/support/real-relay.ts';

/** From the end of what a stage needs to the first that it gives, ms. */
export const SIMULATED_MS = { asr: 100, llm: 150, tts: 80 } as const;
const FLITE_HZ = 16_000;
/** One clause each. */
const ANSWERS = [
  'It is five past nine in the morning.',
  'Today is a Monday in November.',
  'The coin came down on heads.',
  'Certainly they add up to forty two.',
] as const;
/** No vendor's voice begins with the silence with which this one does. */
const PAUSES = { beforeMs: 10, afterMs: 100 };

export interface EarRelay extends AsyncDisposable {
  readonly origin: string;
  /** What a simulated transcriber hears from here on. */
  setScript(words: string): void;
}

/** A relay of its own, with the embedded providers or with vendors of known slowness. */
export async function startEarRelay(
  providers: { readonly simulated: boolean; readonly speculates: boolean },
  flite: Flite,
): Promise<EarRelay> {
  await using resources = new AsyncDisposableStack();
  const dataDir = mkdtempSync(join(tmpdir(), 'parley-ear-'));
  resources.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  let script = '';
  let answered = 0;
  const answer = () => ANSWERS[(answered += 1) % ANSWERS.length]!;
  let settings: RelaySettings = EMBEDDED_PROVIDERS;
  if (providers.simulated) {
    const { deepgram, compatible, cartesia } = CATALOGUE;
    const speech = resources.use(
      await deepgram.start({ hear: () => script, finalDelayMs: SIMULATED_MS.asr }),
    );
    const chat = resources.use(
      await compatible.start({ answer, firstTokenDelayMs: SIMULATED_MS.llm }),
    );
    const voice = resources.use(
      await cartesia.start({ speak: readyVoice(flite), firstAudioDelayMs: SIMULATED_MS.tts }),
    );
    settings = {
      ...deepgram.environment(speech),
      ...compatible.environment(chat),
      ...cartesia.environment(voice),
      TRANSCRIBERS: 'deepgram-nova',
      GENERATORS: 'compatible',
      SYNTHESIZERS: 'cartesia',
    };
  }
  const relay = resources.use(
    await startRealRelay(dataDir, {
      ...settings,
      SPECULATION: providers.speculates ? 'on' : 'off',
      TURNS_PER_MINUTE: '1000',
    }),
  );
  const owned = resources.move();
  return {
    origin: `http://localhost:${relay.port}`,
    setScript: (words) => {
      script = words;
    },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

/** Answers are synthesised beforehand: only the delay that is set may count. */
function readyVoice(flite: Flite): (text: string, rateHz: number) => Int16Array {
  const synthesise = (text: string) => trimSilence(flite.speak('slt', text), PAUSES);
  const spoken = new Map<string, Int16Array>(ANSWERS.map((text) => [text, synthesise(text)]));
  return (text, rateHz) => resamplePcm16(spoken.get(text) ?? synthesise(text), FLITE_HZ, rateHz);
}
