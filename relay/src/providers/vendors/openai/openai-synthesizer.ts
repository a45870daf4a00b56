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
import { estimateTokens } from '../../../base/lib/token-estimate.ts';
import type { UsedUnits } from '../../../people/metering/ledger.ts';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import type { WavFormat } from '@parley/shared/audio/wav-reader';
import { WavStream } from '@parley/shared/audio/wav-stream';
import { sampleReaderFor, type SampleReader } from '../../vendor-kit/synthesis/pcm-reader.ts';
import { rawAudioOf } from '../../vendor-kit/synthesis/raw-audio.ts';

/** What some send although raw samples are asked for. */
const WAV = /^audio\/(?:x-|vnd\.)?wave?\b/i;

const RIFF = Buffer.from('RIFF');

type ProviderAdapter = ReturnType<typeof adapterOf>;

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

  const ask = (input: string, manner: Manner, signal: AbortSignal, onSent: () => void) =>
    http.request(endpointOf(server, 'audio/speech'), {
      method: 'POST',
      headers: { ...authorization(server), 'content-type': 'application/json' },
      body: JSON.stringify({ model, input, ...manner, response_format: 'pcm' }),
      signal,
      onSent,
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
        const asked = await use.of(part, (onSent) => ask(part, manner, signal, onSent));
        answer = await SpeechResponse.open(asked, adapter, sampleRateHz);
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

  /** Owed from the moment it has left, unless it is refused. @param ask - asks for the text */
  async of<T>(text: string, ask: (onSent: () => void) => Promise<T>): Promise<T> {
    let isSent = false;
    try {
      return await ask(() => {
        isSent = true;
        this.#add(text, 1);
      });
    } catch (error) {
      if (isSent && error instanceof ProviderError && error.isRefusal) this.#add(text, -1);
      throw error;
    }
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

/** The samples of one answer of `/audio/speech`, as they come: mono, at the rate asked for. */
class SpeechResponse {
  readonly #bytes: AsyncIterator<Uint8Array>;
  readonly #adapter: ProviderAdapter;
  #wav: WavStream | undefined;
  readonly #toHz: number;
  #reader: SampleReader | undefined;
  #resampler: Pcm16Resampler | undefined;
  #isEmpty = true;
  #isBegun = false;
  #isOver = false;

  private constructor(
    bytes: AsyncIterable<Uint8Array>,
    adapter: ProviderAdapter,
    audio: WavStream | WavFormat,
    toHz: number,
  ) {
    this.#bytes = bytes[Symbol.asyncIterator]();
    this.#adapter = adapter;
    this.#toHz = toHz;
    if (audio instanceof WavStream) this.#wav = audio;
    else this.#open(audio);
  }

  /**
   * @param toHz - of the samples that it gives; raw samples that come without a rate have it too
   * @throws ProviderError if it is not audio that can be read here
   */
  static async open(
    { body, headers }: Response,
    adapter: ProviderAdapter,
    toHz: number,
  ): Promise<SpeechResponse> {
    const type = headers.get('content-type') ?? '';
    const audio = WAV.test(type) ? new WavStream() : rawAudioOf(type, toHz);
    if (body === null || audio === undefined) {
      await body?.cancel();
      throw new ProviderError({ ...adapter, fault: 'malformed', note: 'content-type' });
    }
    return new SpeechResponse(body as AsyncIterable<Uint8Array>, adapter, audio, toHz);
  }

  /** @returns undefined at the end. @throws RangeError for a WAV file that cannot be read */
  async next(): Promise<Int16Array | undefined> {
    while (!this.#isOver) {
      const { done, value } = await this.#bytes.next();
      this.#isOver = done === true;
      const samples = this.#isOver ? this.#end() : this.#read(value as Uint8Array);
      if (samples !== undefined && samples.length > 0) return samples;
    }
    return undefined;
  }

  #open(format: WavFormat): SampleReader {
    if (format.sampleRateHz !== this.#toHz) {
      this.#resampler = new Pcm16Resampler(format.sampleRateHz, this.#toHz);
    }
    this.#reader = sampleReaderFor(format);
    return this.#reader;
  }

  #read(bytes: Uint8Array): Int16Array | undefined {
    if (!this.#isBegun && this.#wav === undefined && isWav(bytes)) {
      this.#wav = new WavStream();
      this.#reader = this.#resampler = undefined;
    }
    this.#isBegun = true;
    const sound = this.#wav?.push(bytes) ?? bytes;
    const format = this.#wav?.format;
    const reader = this.#reader ?? (format && this.#open(format));
    const samples = reader?.read(sound);
    if (samples === undefined || samples.length === 0) return undefined;
    this.#isEmpty = false;
    return this.#resampler?.push(samples) ?? samples;
  }

  #end(): Int16Array | undefined {
    if (this.#reader?.hasHalfSample === true || this.#isEmpty) {
      throw new ProviderError({ ...this.#adapter, fault: 'malformed', note: 'audio length' });
    }
    return this.#resampler?.flush();
  }
}

/** Also servers that name another type send it: its head would be a click, its rate a wrong pitch. */
function isWav(bytes: Uint8Array): boolean {
  return Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(4, bytes.length)).equals(RIFF);
}
