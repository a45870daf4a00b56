import type { Owned } from '../../../call/stages/provider.ts';
import type { Transcriber } from '../../../call/stages/transcriber/transcriber.ts';
import { createSocketTranscriber } from '../../vendor-kit/transcription/socket-transcriber.ts';
import { ModelList } from '../../vendor-kit/http-client/model-list.ts';
import { VendorHttp } from '../../vendor-kit/http-client/vendor-http.ts';
import { openVendorSession } from '../../vendor-kit/websocket/vendor-session.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import { readRealtimeEvent } from './openai-events.ts';
import {
  adapterOf,
  authorization,
  isoLanguage,
  modelListOf,
  type OpenAiAdapterOptions,
} from './openai-server.ts';
import { REALTIME_HZ, RealtimeUtterance } from './realtime-utterance.ts';

/** A session ends after 60 minutes, and the utterance that begins last must still fit in. */
const MAX_AGE_MS = 50 * 60_000;

/**
 * OpenAI's Realtime API as a recogniser: a transcription session per socket, without its own turn
 * detection, in which each utterance is committed by hand. Audio goes up as the person speaks, and
 * models that stream answer with words meanwhile.
 */
export function createOpenAiRealtimeTranscriber(options: OpenAiAdapterOptions): Owned<Transcriber> {
  const { server, model, languages, context } = options;
  const adapter = adapterOf(server, 'transcriber', context);
  const models = new ModelList(new VendorHttp(adapter), modelListOf(server), context.clock);
  const settledItems = new WeakMap<VendorSocket, string>();
  const transcriber = createSocketTranscriber({
    name: server.name,
    languages,
    context,
    pool: { isReused: true, maxAgeMs: MAX_AGE_MS },
    connect: (language, signal) =>
      openVendorSession({
        ...adapter,
        // A transcription session names its purpose here, and its model only in its settings.
        url: asSocketUrl(onBase(server.baseUrl, 'realtime', { intent: 'transcription' })),
        headers: authorization(server),
        clock: context.clock,
        signal,
        firstMessage: sessionUpdate(model, isoLanguage(language)),
        isReady(message, socket) {
          const event = readRealtimeEvent(message);
          if (event.type === 'session-failed')
            throw socket.failure(event.fault, { note: event.note });
          if (event.type === 'malformed') throw socket.failure('malformed');
          return event.type === 'session-ready';
        },
      }),
    begin: (lease, utterance) => new RealtimeUtterance(lease, utterance, settledItems),
    modelFor: () => model,
  });
  return {
    ...transcriber,
    probe: (signal) => models.check(signal),
    async [Symbol.asyncDispose]() {
      await Promise.all([transcriber[Symbol.asyncDispose](), models[Symbol.asyncDispose]()]);
    },
  };
}

function sessionUpdate(model: string, language: string | undefined): object {
  return {
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: REALTIME_HZ },
          transcription: { model, ...(language === undefined ? {} : { language }) },
          turn_detection: null,
        },
      },
    },
  };
}
