import { SPEECH_HZ } from '@parley/shared/audio/pcm16';
import { FormData, type Response } from 'undici';
import { encodeWav } from '@parley/shared/audio/wav-writer';
import { isHtml } from '../../vendor-kit/http-client/failure-note.ts';
import { ModelList } from '../../vendor-kit/http-client/model-list.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import type { Transcriber } from '../../../call/stages/transcriber/transcriber.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import type { Owned } from '../../../call/stages/provider.ts';
import {
  readTranscription,
  readTranscriptionEvent,
  type TranscriptionEvent,
} from './openai-events.ts';
import {
  adapterOf,
  authorization,
  endpointOf,
  isoLanguage,
  modelListOf,
  type OpenAiAdapterOptions,
} from './openai-server.ts';
import { SegmentUtterance, type Upload } from './segment-utterance.ts';
import { createParser } from 'eventsource-parser';

/** No transcription comes near this, characters. */
const MAX_CHARACTERS = 1_000_000;

/** Their answers say how probable it is that nothing was said, if they are asked for in full. */
const WHISPER_MODELS = /whisper/i;

/** How servers refuse a format that they do not have: vLLM, LocalAI and others. */
const FORMAT_REFUSALS: ReadonlySet<number | undefined> = new Set([400, 415, 422, 500, 501]);

/** OpenAI's own models but the oldest; others may take `stream` for an unknown field. */
const STREAMING_MODELS = /^gpt-(?:[\w.]+-)*transcribe(?!.*diarize)/;

/**
 * `/audio/transcriptions` as a recogniser: an utterance is recorded and sent as a file when it is
 * over, or already when the person may have finished.
 *
 * Opening one asks nothing of the server, which takes no part before there is a recording.
 */
export function createOpenAiTranscriber({
  server,
  model,
  languages,
  context,
}: OpenAiAdapterOptions): Owned<Transcriber> {
  const adapter = adapterOf(server, 'transcriber', context);
  const http = new VendorHttp(adapter);
  const models = new ModelList(http, modelListOf(server), context.clock);

  const inFormat = answerFormatFor(model);

  const uploadIn =
    (language: string | undefined): Upload =>
    (samples, signal, on) =>
      inFormat(async (format) => {
        const form = new FormData();
        form.set(
          'file',
          new Blob([encodeWav(samples, SPEECH_HZ)], { type: 'audio/wav' }),
          'speech.wav',
        );
        form.set('model', model);
        form.set('response_format', format);
        if (language !== undefined) form.set('language', language);
        if (STREAMING_MODELS.test(model)) form.set('stream', 'true');
        const response = await http.request(endpointOf(server, 'audio/transcriptions'), {
          method: 'POST',
          headers: authorization(server),
          body: form,
          signal,
          onSent: on.sent,
        });
        try {
          return await transcriptIn(response, on.words);
        } catch (error) {
          signal.throwIfAborted();
          if (error instanceof RangeError)
            throw new ProviderError({ ...adapter, fault: 'malformed' });
          throw http.failure(error);
        }
      });

  /** A server that does not stream answers with the whole, even if a stream was asked for. */
  async function transcriptIn(
    response: Response,
    onWords: (text: string) => void,
  ): Promise<string> {
    const type = response.headers.get('content-type') ?? '';
    if (response.body === null) throw new ProviderError({ ...adapter, fault: 'malformed' });
    if (!type.startsWith('text/event-stream')) {
      const body = await bodyText(response.body);
      if (isHtml(body)) throw new ProviderError({ ...adapter, fault: 'malformed', note: 'HTML' });
      return textOf(readTranscription(body));
    }
    let words = '';
    for await (const data of sseData(response.body)) {
      const event = readTranscriptionEvent(data);
      if (event.type === 'words-added') onWords((words += event.text).trim());
      else if (event.type !== 'other') return textOf(event);
    }
    throw new ProviderError({ ...adapter, fault: 'closed' });
  }

  function textOf(event: TranscriptionEvent): string {
    if (event.type !== 'words-completed')
      throw new ProviderError({ ...adapter, fault: 'malformed' });
    return event.text;
  }

  return {
    name: server.name,
    languages,
    async open({ language, signal, onUsed }) {
      signal.throwIfAborted();
      const upload = uploadIn(isoLanguage(language));
      return new SegmentUtterance(server.name, upload, signal, (audioMs, isEarly) =>
        onUsed?.({ model, units: { audioMs }, isSpeculative: isEarly }),
      );
    },
    prepare: () => models.keepWarm(),
    probe: (signal) => models.check(signal),
    [Symbol.asyncDispose]: () => models[Symbol.asyncDispose](),
  };
}

/**
 * Asks a Whisper server for its full answer until it refuses that, and gives the short one instead;
 * other servers for the short one.
 */
function answerFormatFor(model: string) {
  let format = WHISPER_MODELS.test(model) ? 'verbose_json' : 'json';
  let isTaken = format === 'json';
  return async (ask: (format: string) => Promise<string>): Promise<string> => {
    try {
      const answer = await ask(format);
      isTaken = true;
      return answer;
    } catch (error) {
      const isRefused = error instanceof ProviderError && FORMAT_REFUSALS.has(error.status);
      if (isTaken || !isRefused) throw error;
      const answer = await ask('json');
      format = 'json';
      return answer;
    }
  };
}

/**
 * The whole of a body.
 *
 * @throws RangeError if it does not end
 */
export async function bodyText(body: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body) {
    text += decoder.decode(bytes, { stream: true });
    if (text.length > MAX_CHARACTERS) throw new RangeError('A body does not end.');
  }
  return text + decoder.decode();
}

/**
 * The data of each server-sent event. Names and ids are left out, since OpenAI's streams say
 * everything in the data.
 *
 * @throws RangeError if an event does not end
 */
export async function* sseData(
  body: AsyncIterable<Uint8Array>,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder();
  const events: string[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: MAX_CHARACTERS,
    onEvent: ({ data }) => events.push(data),
    onError: ({ type }) => (isTooLong ||= type === 'max-buffer-size-exceeded'),
  });
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    yield* events.splice(0);
    if (isTooLong) throw new RangeError('A server-sent event does not end.');
  }
}
