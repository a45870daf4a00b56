import type { Response } from 'undici';
import { Pcm16Resampler } from '@parley/shared/audio/pcm16-resampler';
import { WavStream } from '@parley/shared/audio/wav-stream';
import { readAhead } from '../../lib/read-ahead.ts';
import { ModelList } from '../../vendor-kit/http-client/model-list.ts';
import { ProviderError } from '../../stages/provider-error.ts';
import type {
  SpeechEvent,
  SynthesisOptions,
  Synthesizer,
  Voice,
} from '../../stages/synthesizer.ts';
import { PcmReader } from '../../vendor-kit/synthesis/pcm-reader.ts';
import { isSpeakable, splitText } from '../../vendor-kit/synthesis/speakable-text.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import { onBase } from '../../vendor-kit/vendor-url.ts';
import type { Owned } from '../../stages/provider.ts';
import {
  adapterOf,
  authorization,
  modelListOf,
  type OpenAiAdapterOptions,
} from './openai-server.ts';

/** Clauses begun beyond the one that is being delivered. */
const AHEAD = 2;
/** Well under the 4,096 characters and 2,000 tokens that the API takes at once. */
const MAX_INPUT_CHARACTERS = 1_000;
/** What some send although raw samples are asked for. */
const WAV = /^audio\/(?:x-|vnd\.)?wave?\b/i;
/** Raw samples go by several names, but never by those of a format that would be heard as noise. */
const RAW_AUDIO = /^(?:audio\/(?:pcm|l16|x-raw|raw|basic)|application\/octet-stream)\b/i;

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
  const { server, model, context, voices, sampleRateHz } = options;
  const adapter = adapterOf(server, 'synthesizer', context);
  const http = new VendorHttp(adapter);
  const models = new ModelList(http, modelListOf(server), context.clock);

  const ask = (input: string, voice: string, signal: AbortSignal): Promise<Response> =>
    http.request(onBase(server.baseUrl, 'audio/speech'), {
      method: 'POST',
      headers: { ...authorization(server), 'content-type': 'application/json' },
      body: JSON.stringify({ model, input, voice, response_format: 'pcm' }),
      signal,
    });

  async function* synthesize(
    clauses: AsyncIterable<string>,
    { voice, signal }: SynthesisOptions,
  ): AsyncGenerator<SpeechEvent, void, undefined> {
    const id = (voices.find((known) => known.id === voice) ?? voices[0]).id;
    const stop = new AbortController();
    const onAbort = () => stop.abort(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    // Begun by its first samples, so that this clause's first sound does not wait for the next.
    const begin = async (text: string) => {
      const samples = samplesOf(text, id, stop.signal);
      return { first: await samples.next(), rest: samples };
    };
    try {
      let clause = 0;
      const spoken = readAhead(clauses, { begin, ahead: AHEAD, signal: stop.signal });
      for await (const { first, rest } of spoken) {
        yield { type: 'clause-begun', clause };
        if (first.done !== true) yield { type: 'speech-audio', clause, samples: first.value };
        for await (const samples of rest) yield { type: 'speech-audio', clause, samples };
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
    }
  }

  async function* samplesOf(
    text: string,
    voice: string,
    signal: AbortSignal,
  ): AsyncGenerator<Int16Array, void, undefined> {
    // Asked to speak a dash, some servers fail and others make a noise.
    const parts = splitText(text, MAX_INPUT_CHARACTERS).filter(isSpeakable);
    for (const part of parts) yield* samplesIn(await ask(part, voice, signal));
  }

  async function* samplesIn(response: Response): AsyncGenerator<Int16Array, void, undefined> {
    const { body, headers } = response;
    const type = headers.get('content-type') ?? '';
    const wav = WAV.test(type) ? new WavStream() : undefined;
    if (body === null || (wav === undefined && !RAW_AUDIO.test(type))) {
      await body?.cancel();
      throw new ProviderError({ ...adapter, fault: 'malformed', note: 'content-type' });
    }
    const reader = new PcmReader();
    let resampler: Pcm16Resampler | undefined;
    let isEmpty = true;
    for await (const bytes of body as AsyncIterable<Uint8Array>) {
      const samples = reader.read(wav === undefined ? bytes : wav.push(bytes));
      if (samples.length === 0) continue;
      isEmpty = false;
      if (wav?.rateHz === undefined) yield samples;
      else {
        resampler ??= new Pcm16Resampler(wav.rateHz, sampleRateHz);
        const resampled = resampler.push(samples);
        if (resampled.length > 0) yield resampled;
      }
    }
    if (reader.hasHalfSample || isEmpty)
      throw new ProviderError({ ...adapter, fault: 'malformed', note: 'audio length' });
    const end = resampler?.flush();
    if (end !== undefined && end.length > 0) yield end;
  }

  return {
    name: server.name,
    sampleRateHz,
    voices,
    synthesize,
    prepare: () => models.keepWarm(),
    probe: (signal) => models.check(signal),
    [Symbol.asyncDispose]: () => models[Symbol.asyncDispose](),
  };
}
