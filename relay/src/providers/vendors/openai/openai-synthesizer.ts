import type { Response } from 'undici';
import { readAhead } from '../../../base/lib/read-ahead.ts';
import { ModelList } from '../../vendor-kit/http-client/model-list.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import type {
  SpeechEvent,
  SynthesisOptions,
  Synthesizer,
  Voice,
} from '../../../call/stages/synthesizer/synthesizer.ts';
import { isSpeakable, splitText } from '../../vendor-kit/synthesis/speakable-text.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import {
  adapterOf,
  authorization,
  endpointOf,
  modelListOf,
  type OpenAiAdapterOptions,
} from './openai-server.ts';
import { SpeechResponse } from './speech-response.ts';
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { UsedUnits } from '../../../people/metering/ledger.ts';

/** `gpt-4o-mini-tts` costs $0.015 a minute at $12 a million tokens (OpenAI's price list). */
const TOKENS_PER_MINUTE = 1_250;

/** How long a voice takes for a character. */
const CHARACTER_MS = 65;

/** Clauses begun beyond the one that is being delivered. */
const AHEAD = 2;
/** Well under the 4,096 characters and 2,000 tokens that the API takes at once. */
const MAX_INPUT_CHARACTERS = 1_000;
/** The API takes 0.25 to 4; what lies outside of this is hard to follow. */
const SPEEDS = { min: 0.5, max: 2 } as const;

interface Manner {
  readonly voice: string;
  readonly speed: number | undefined;
}

export interface OpenAiSynthesizerOptions extends OpenAiAdapterOptions {
  readonly voices: readonly [Voice, ...Voice[]];
  /** Of the raw samples the server sends; nothing in its answers says it. */
  readonly sampleRateHz: number;
}

/**
 * `/audio/speech` as a voice: a request for each clause, and samples passed on as they come.
 * While a clause is heard, the answers to the next ones have begun, and wait in their connections
 * for a reader.
 */
export function createOpenAiSynthesizer(options: OpenAiSynthesizerOptions): Owned<Synthesizer> {
  const { server, model, languages, context, voices, sampleRateHz } = options;
  const adapter = adapterOf(server, 'synthesizer', context);
  const http = new VendorHttp(adapter);
  const models = new ModelList(http, modelListOf(server), context.clock);

  const ask = (input: string, manner: Manner, signal: AbortSignal): Promise<Response> =>
    http.request(endpointOf(server, 'audio/speech'), {
      method: 'POST',
      headers: { ...authorization(server), 'content-type': 'application/json' },
      body: JSON.stringify({ model, input, ...manner, response_format: 'pcm' }),
      signal,
    });

  async function* synthesize(
    clauses: AsyncIterable<string>,
    { voice, speed, signal, onUsed }: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    const { id } = voices.find((known) => known.id === voice) ?? voices[0];
    const manner = { voice: id, speed };
    const stop = new AbortController();
    const use = new SpeechUse();
    const report = () => use.report((units) => onUsed?.({ model, units, isEstimated: true }));
    const onAbort = () => {
      stop.abort(signal.reason);
      report();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    // Begun by its first samples, so that this clause's first sound does not wait for the next.
    const begin = async (text: string) => {
      const next = audioOf(text, manner, use, stop.signal);
      return { first: await next(), next };
    };
    try {
      let clause = 0;
      const spoken = readAhead(clauses, { begin, ahead: AHEAD, signal: stop.signal });
      for await (const { first, next } of spoken) {
        yield { type: 'clause-begun', clause };
        for (let samples = first; samples !== undefined; samples = await next()) {
          yield { type: 'speech-audio', clause, samples };
        }
        if (stop.signal.aborted) return;
        yield { type: 'clause-done', clause };
        clause++;
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof RangeError)
        throw new ProviderError({ ...adapter, fault: 'malformed', note: 'wav' });
      throw http.failure(error);
    } finally {
      signal.removeEventListener('abort', onAbort);
      stop.abort();
      report();
    }
  }

  /** The audio of a clause, asked for part by part if it is too long for one request. */
  function audioOf(text: string, manner: Manner, use: SpeechUse, signal: AbortSignal) {
    // Asked to speak a dash, some servers fail and others make a noise.
    const parts = splitText(text, MAX_INPUT_CHARACTERS).filter(isSpeakable);
    let answer: SpeechResponse | undefined;
    return async (): Promise<Int16Array | undefined> => {
      for (;;) {
        const samples = await answer?.next();
        if (samples !== undefined) return samples;
        const part = parts.shift();
        if (part === undefined) return undefined;
        const asked = ask(part, manner, signal);
        use.asked(part, asked);
        answer = await SpeechResponse.open(await asked, adapter, sampleRateHz);
      }
    };
  }

  return {
    name: server.name,
    languages,
    sampleRateHz,
    voices,
    speeds: SPEEDS,
    synthesize,
    prepare: () => models.keepWarm(),
    probe: (signal) => models.check(signal),
    [Symbol.asyncDispose]: () => models[Symbol.asyncDispose](),
  };
}

/**
 * What one reply takes of `/audio/speech`. Its answers are nothing but audio: the tokens are
 * estimated from the text, all of which the server speaks even if the rest is not read.
 */
class SpeechUse {
  #characters = 0;
  #inputTokens = 0;

  asked(text: string, answer: Promise<unknown>): void {
    this.#add(text, 1);
    answer.catch((error: unknown) => {
      if (error instanceof ProviderError && error.isRefusal) this.#add(text, -1);
    });
  }

  /** Reports what was not reported before, if there is anything. */
  report(onUsed: (units: UsedUnits) => void): void {
    const [characters, inputTokens] = [this.#characters, this.#inputTokens];
    this.#characters = this.#inputTokens = 0;
    if (characters <= 0) return;
    const outputTokens = Math.ceil((characters * CHARACTER_MS * TOKENS_PER_MINUTE) / 60_000);
    onUsed({ characters, inputTokens, outputTokens });
  }

  #add(text: string, times: 1 | -1): void {
    this.#characters += times * text.length;
    this.#inputTokens += times * estimateTokens(text);
  }
}
