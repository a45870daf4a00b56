import {
  apiKeySetting,
  baseUrlSetting,
  modelSetting,
  voicesSetting,
} from '../../vendor-kit/vendor-settings.ts';
import {
  defineVendor,
  type ProviderContext,
  type AdapterOptions,
} from '../../vendor-kit/vendor.ts';
import { createElevenLabsSynthesizer } from './elevenlabs-synthesizer.ts';
import { vendorCode } from '../../../call/stages/languages.ts';
import type { Transcriber } from '../../../call/stages/transcriber/transcriber.ts';
import { createSocketTranscriber } from '../../vendor-kit/transcription/socket-transcriber.ts';
import { openVendorSession } from '../../vendor-kit/websocket/vendor-session.ts';
import type { VendorSocket } from '../../vendor-kit/websocket/vendor-socket.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import { readScribeEvent } from './elevenlabs-events.ts';
import { scribeLanguages } from './elevenlabs-languages.ts';
import { audioMessage, ScribeTranscription } from './scribe-transcription.ts';

const NAME = 'elevenlabs';

const MAX_AGE_MS = 10 * 60_000;

/** The vendor hangs up after some 15 s without audio, and counts nothing else. */
const KEEP_ALIVE_MS = 5_000;

/** 20 ms of silence: an utterance that follows begins with it. */
const KEEP_ALIVE = audioMessage(new Int16Array(320), false);

interface Access {
  readonly ELEVENLABS_API_KEY: string | undefined;
  readonly ELEVENLABS_BASE_URL: string;
}

const isConfigured = (values: Access): boolean => values.ELEVENLABS_API_KEY !== undefined;

const accessOf = (values: Access, context: ProviderContext) => ({
  apiKey: values.ELEVENLABS_API_KEY ?? '',
  baseUrl: values.ELEVENLABS_BASE_URL,
  context,
});

/** ElevenLabs: realtime Scribe listens, its voices speak. */
export const elevenLabsVendor = defineVendor({
  id: 'elevenlabs',
  label: 'ElevenLabs',
  settings: {
    ELEVENLABS_API_KEY: apiKeySetting('Key of an ElevenLabs account.'),
    ELEVENLABS_BASE_URL: baseUrlSetting(
      'https://api.elevenlabs.io',
      'Where ElevenLabs is reached; another one for data residency.',
    ),
    ELEVENLABS_TRANSCRIPTION_MODEL: modelSetting(
      'scribe_v2_realtime',
      'The realtime model that listens.',
      'text',
    ),
    ELEVENLABS_SPEECH_MODEL: modelSetting('eleven_flash_v2_5', 'The model that speaks.', 'text'),
    ELEVENLABS_VOICES: voicesSetting(
      // Of the voices that every account has.
      [
        'EXAVITQu4vr4xnSDxMaL:Sarah',
        'JBFqnCBsd6RMkjVDRZzb:George',
        'Xb7hH8MSUJpSbSDYk0k2:Alice',
        'TX3LPaxmHKxFdv7VOQHJ:Liam',
      ],
      'The ElevenLabs voices that people may choose among, the first by default.',
    ),
  },
  candidates: [
    {
      stage: 'transcriber',
      name: 'elevenlabs',
      isConfigured,
      model: (values) => values.ELEVENLABS_TRANSCRIPTION_MODEL,
      create: (values, context) =>
        createElevenLabsTranscriber({
          ...accessOf(values, context),
          model: values.ELEVENLABS_TRANSCRIPTION_MODEL,
        }),
    },
    {
      stage: 'synthesizer',
      name: 'elevenlabs',
      isConfigured,
      model: (values) => values.ELEVENLABS_SPEECH_MODEL,
      create: (values, context) =>
        createElevenLabsSynthesizer({
          ...accessOf(values, context),
          model: values.ELEVENLABS_SPEECH_MODEL,
          voices: values.ELEVENLABS_VOICES,
        }),
    },
  ],
});

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
