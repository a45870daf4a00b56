import { vendorCode } from '../../../call/stages/languages.ts';
import type { Transcriber } from '../../../call/stages/transcriber/transcriber.ts';
import { createSocketTranscriber } from '../../vendor-kit/transcription/socket-transcriber.ts';
import { openVendorSession } from '../../vendor-kit/websocket/vendor-session.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import type { AdapterOptions } from '../../vendor-kit/vendor.ts';
import { readScribeEvent } from './elevenlabs-events.ts';
import { scribeLanguages } from './elevenlabs-languages.ts';
import { audioMessage, ScribeTranscription } from './scribe-transcription.ts';

const NAME = 'elevenlabs';
const MAX_AGE_MS = 10 * 60_000;
/** The vendor hangs up after some 15 s without audio, and counts nothing else. */
const KEEP_ALIVE_MS = 5_000;
/** 20 ms of silence: an utterance that follows begins with it. */
const KEEP_ALIVE = audioMessage(new Int16Array(320), false);

/** ElevenLabs realtime Scribe. */
export function createElevenLabsTranscriber(
  options: AdapterOptions,
): Transcriber & AsyncDisposable {
  const { apiKey, baseUrl, model, context } = options;
  const languages = scribeLanguages(model);
  const settledLast = new WeakMap<VendorSocket, string>();
  return createSocketTranscriber({
    name: NAME,
    languages,
    context,
    pool: {
      keepAlive: { everyMs: KEEP_ALIVE_MS, send: (socket) => socket.sendText(KEEP_ALIVE) },
      maxAgeMs: MAX_AGE_MS,
      isReused: true,
    },
    connect: (language, signal) =>
      openVendorSession({
        provider: NAME,
        stage: 'transcriber',
        url: asSocketUrl(
          onBase(baseUrl, 'v1/speech-to-text/realtime', {
            model_id: model,
            audio_format: 'pcm_16000',
            language_code: vendorCode(languages, language),
            commit_strategy: 'manual',
          }),
        ),
        headers: { 'xi-api-key': apiKey },
        connectMs: context.connectMs,
        clock: context.clock,
        signal,
        // A refused key comes as a message on a socket that is open.
        isReady(message, socket) {
          const event = readScribeEvent(message);
          if (event.type === 'failed') throw socket.failure(event.fault, { note: event.note });
          return event.type === 'started';
        },
      }),
    begin: (lease, utterance) => new ScribeTranscription(lease, utterance, settledLast),
    modelFor: () => model,
  });
}
