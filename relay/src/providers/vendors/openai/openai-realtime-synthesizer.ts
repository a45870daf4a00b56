import type { Synthesizer, Voice } from '../../../call/stages/synthesizer/synthesizer.ts';
import { createSocketSynthesizer } from '../../vendor-kit/synthesis/socket-synthesizer.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import { authorization, type OpenAiAdapterOptions } from './openai-server.ts';
import { RealtimeVoiceProtocol } from './realtime-voice-protocol.ts';

/** The only rate the API speaks at. */
const RATE_HZ = 24_000;
/** A session ends after 60 minutes, and the reply that begins last must still fit in. */
const MAX_AGE_MS = 50 * 60_000;
/** Responses outside of the conversation run side by side. */
const AHEAD = 2;
/** Those that think before they speak, unless they are told not to. */
const THINKING_MODELS = /^gpt-realtime-2/;

export interface OpenAiRealtimeVoiceOptions extends OpenAiAdapterOptions {
  readonly voices: readonly Voice[];
}

/**
 * OpenAI's Realtime API as a voice. It takes the place of `/audio/speech`, whose models end on
 * 6 January 2027 (developers.openai.com/api/docs/deprecations, read on 2026-11-22): the successor
 * that is named there is a model that talks, told to read.
 */
export function createOpenAiRealtimeSynthesizer(
  options: OpenAiRealtimeVoiceOptions,
): Synthesizer & AsyncDisposable {
  const { server, model, languages, voices, context } = options;
  return createSocketSynthesizer({
    name: server.name,
    languages,
    context,
    sampleRateHz: RATE_HZ,
    voices,
    // A session keeps the voice that it has spoken with once.
    hasVoicePerSocket: true,
    ahead: AHEAD,
    pool: { maxAgeMs: MAX_AGE_MS },
    addressFor: () => ({
      url: asSocketUrl(onBase(server.baseUrl, 'realtime', { model })),
      headers: authorization(server),
    }),
    protocolFor: (_socket, voice, onUsed) =>
      new RealtimeVoiceProtocol(
        {
          audio: { output: { format: { type: 'audio/pcm', rate: RATE_HZ }, voice } },
          ...(THINKING_MODELS.test(model) && { reasoning: { effort: 'minimal' } }),
        },
        (usage) => onUsed({ model, ...usage }),
      ),
    modelFor: () => model,
    countsCharacters: false,
  });
}
