import { withDeadline } from '../../lib/deadline.ts';
import { ProviderError } from '../../stages/provider-error.ts';
import type { Transcriber } from '../../stages/transcriber.ts';
import { SocketPool } from '../../vendor-kit/transport/socket-pool.ts';
import { VendorHttp } from '../../vendor-kit/transport/vendor-http.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/transport/vendor-url.ts';
import { openVendorSocket, type VendorSocket } from '../../vendor-kit/transport/vendor-socket.ts';
import type { Owned } from '../../stages/provider.ts';
import { readRealtimeEvent } from './openai-events.ts';
import {
  adapterOf,
  authorization,
  checkServer,
  isoLanguage,
  type OpenAiAdapterOptions,
} from './openai-server.ts';
import { REALTIME_HZ, RealtimeUtterance } from './realtime-utterance.ts';

const MAX_SPARES = 8;
/** A session ends after 60 minutes, and the utterance that begins last must still fit in. */
const MAX_AGE_MS = 50 * 60_000;

/**
 * OpenAI's Realtime API as a recogniser: a transcription session per line, without its own turn
 * detection, in which each utterance is committed by hand. Audio goes up as the person speaks, and
 * models that stream answer with words meanwhile.
 */
export function createOpenAiRealtimeTranscriber(options: OpenAiAdapterOptions): Owned<Transcriber> {
  const { server, model, context } = options;
  const adapter = adapterOf(server, 'transcriber', context);
  const http = new VendorHttp(adapter);
  const pool = new SocketPool({
    open: (language, signal) => openSession(options, language, signal),
    isReused: true,
    maxSpares: MAX_SPARES,
    maxAgeMs: MAX_AGE_MS,
    clock: context.clock,
  });
  return {
    name: server.name,
    async open({ language, signal }) {
      const lease = await pool.acquire(isoLanguage(language) ?? '', signal);
      return new RealtimeUtterance(server.name, lease, signal);
    },
    prepare: () => pool.reserve(isoLanguage(context.language) ?? ''),
    probe: (signal) => checkServer(http, server, signal),
    async [Symbol.asyncDispose]() {
      await Promise.all([pool[Symbol.asyncDispose](), http[Symbol.asyncDispose]()]);
    },
  };

  /** @throws ProviderError; the signal's reason when aborted */
  async function openSession(
    { server: { baseUrl } }: OpenAiAdapterOptions,
    language: string,
    signal: AbortSignal,
  ): Promise<VendorSocket> {
    const socket = await openVendorSocket({
      ...adapter,
      // A transcription session names its purpose here, and its model only in its settings.
      url: asSocketUrl(onBase(baseUrl, 'realtime', { intent: 'transcription' })),
      headers: authorization(server),
      clock: context.clock,
      signal,
    });
    const ready = Promise.withResolvers<void>();
    const fail = (error: unknown) => ready.reject(error);
    const onAbort = () => fail(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      socket.listen({
        text: (message) => {
          const event = readRealtimeEvent(message);
          if (event.type === 'session-ready') ready.resolve();
          else if (event.type === 'session-failed')
            fail(new ProviderError({ ...adapter, fault: event.fault, note: event.note }));
          else if (event.type === 'malformed')
            fail(new ProviderError({ ...adapter, fault: 'malformed' }));
        },
        closed: fail,
      });
      socket.sendText(sessionUpdate(model, language));
      // A round trip of its own, with a deadline of its own: connecting may have used up the first.
      await withDeadline(
        ready.promise,
        context.connectMs,
        context.clock,
        () => new ProviderError({ ...adapter, fault: 'timeout' }),
      );
      socket.listen({});
      return socket;
    } catch (error) {
      socket.terminate();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }
}

function sessionUpdate(model: string, language: string): object {
  return {
    type: 'session.update',
    session: {
      type: 'transcription',
      audio: {
        input: {
          format: { type: 'audio/pcm', rate: REALTIME_HZ },
          transcription: { model, ...(language === '' ? {} : { language }) },
          turn_detection: null,
        },
      },
    },
  };
}
