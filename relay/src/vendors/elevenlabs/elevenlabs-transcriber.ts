import type { Transcriber } from '../../stages/transcriber.ts';
import { SocketPool } from '../../vendor-kit/transport/socket-pool.ts';
import { openVendorSocket, type VendorSocket } from '../../vendor-kit/transport/vendor-socket.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/transport/vendor-url.ts';
import type { ProviderContext } from '../../vendor-kit/vendor.ts';
import { readScribeEvent } from './elevenlabs-events.ts';
import { audioMessage, ScribeTranscription } from './scribe-transcription.ts';

export interface ElevenLabsTranscriberOptions {
  readonly apiKey: string;
  readonly baseUrl: string;
  readonly model: string;
  readonly context: ProviderContext;
}

const NAME = 'elevenlabs';
const MAX_SPARES = 16;
const MAX_AGE_MS = 10 * 60_000;
/** The vendor hangs up after some 15 s without audio, and counts nothing else. */
const KEEP_ALIVE_MS = 5_000;
/** 20 ms of silence: an utterance that follows begins with it. */
const KEEP_ALIVE = audioMessage(new Int16Array(320), false);

/** ElevenLabs realtime Scribe. */
export function createElevenLabsTranscriber(
  options: ElevenLabsTranscriberOptions,
): Transcriber & AsyncDisposable {
  const { apiKey, baseUrl, model, context } = options;
  const { clock, connectMs } = context;
  const open = async (language: string, signal: AbortSignal) => {
    const socket = await openVendorSocket({
      provider: NAME,
      stage: 'transcriber',
      url: asSocketUrl(
        onBase(baseUrl, 'v1/speech-to-text/realtime', {
          model_id: model,
          audio_format: 'pcm_16000',
          language_code: language.split('-')[0],
          commit_strategy: 'manual',
        }),
      ),
      headers: { 'xi-api-key': apiKey },
      connectMs,
      clock,
      signal,
    });
    try {
      await sessionStart(socket, context, signal);
      return socket;
    } catch (error) {
      socket.terminate();
      throw error;
    }
  };
  const pool = new SocketPool({
    open,
    keepAlive: { everyMs: KEEP_ALIVE_MS, say: (socket) => socket.sendText(KEEP_ALIVE) },
    maxSpares: MAX_SPARES,
    maxAgeMs: MAX_AGE_MS,
    isReused: true,
    clock,
  });
  return {
    name: NAME,
    async open({ language, signal }) {
      const lease = await pool.acquire(language, signal);
      if (signal.aborted) {
        lease.giveBack();
        throw signal.reason;
      }
      return new ScribeTranscription(lease, signal);
    },
    async probe(signal) {
      (await open(context.language, signal)).close();
    },
    prepare: () => pool.reserve(context.language),
    [Symbol.asyncDispose]: () => pool[Symbol.asyncDispose](),
  };
}

/** A refused key is told on a socket that is open: only this message says that it works. */
async function sessionStart(
  socket: VendorSocket,
  { clock, connectMs }: ProviderContext,
  signal: AbortSignal,
): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const cancel = clock.after(connectMs, () => reject(socket.failure('timeout')));
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  const unlisten = socket.listen({
    text: (message) => {
      const event = readScribeEvent(message);
      if (event.type === 'started') resolve();
      if (event.type === 'failed') throw socket.failure(event.fault, { note: event.note });
    },
    closed: reject,
  });
  try {
    signal.throwIfAborted();
    await promise;
  } finally {
    cancel();
    signal.removeEventListener('abort', onAbort);
    unlisten();
  }
}
