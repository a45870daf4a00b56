import { vendorCode, type Languages } from '../../../call/stages/languages.ts';
import { createSocketSynthesizer } from '../../vendor-kit/synthesis/socket-synthesizer.ts';
import type { Synthesizer, Voice } from '../../../call/stages/synthesizer/synthesizer.ts';
import { asSocketUrl, onBase } from '../../vendor-kit/vendor-url.ts';
import type { AdapterOptions } from '../../vendor-kit/vendor.ts';
import { SonicProtocol } from './sonic-protocol.ts';

/** Source: https://docs.cartesia.ai/build-with-cartesia/tts-models, for Sonic 3 and 3.5 */
const SONIC_3 = (
  'en de es fr ja pt zh hi ko it nl pl ru sv tr tl bg ro ar cs el fi hr ms sk da ta uk hu no vi ' +
  'bn th he ka id te gu kn ml mr pa'
).split(' ');

/** The same, for the models before. */
const SONIC_2 = 'en fr de es pt zh ja hi it ko nl pl ru sv tr'.split(' ');

const NAME = 'cartesia';
const VERSION = '2026-08-14';
const RATE_HZ = 24_000;
/** Idle sockets are closed after five minutes, and only speaking counts as use: renewed before. */
const MAX_AGE_MS = 270_000;
/** Models before Sonic 3 take no speed as a factor. */
const TAKES_SPEED = /^sonic-([3-9]|latest)/;
const SPEEDS = { min: 0.6, max: 1.5 } as const;
/** They wait in the context, which counts as one request however many there are. */
const AHEAD = 2;

/** Cartesia Sonic. */
export function createCartesiaSynthesizer(
  options: AdapterOptions & { readonly voices: readonly Voice[] },
): Synthesizer & AsyncDisposable {
  const { apiKey, baseUrl, model, voices, context } = options;
  const { clock } = context;
  const languages = sonicLanguages(model);
  return createSocketSynthesizer({
    name: NAME,
    languages,
    context,
    sampleRateHz: RATE_HZ,
    voices,
    speeds: TAKES_SPEED.test(model) ? SPEEDS : undefined,
    hasVoicePerSocket: false,
    ahead: AHEAD,
    pool: { maxAgeMs: MAX_AGE_MS },
    addressFor: () => ({
      url: asSocketUrl(onBase(baseUrl, 'tts/websocket')),
      headers: { authorization: `Bearer ${apiKey}`, 'cartesia-version': VERSION },
    }),
    protocolFor: (_socket, voice, _onUsed, speed, language) =>
      new SonicProtocol(
        {
          model_id: model,
          voice: { id: voice },
          output_format: { container: 'raw', encoding: 'pcm_s16le', sample_rate: RATE_HZ },
          language: vendorCode(languages, language),
          ...(speed === undefined ? {} : { generation_config: { speed } }),
          add_timestamps: true,
          // Whole clauses come: nothing is gained by collecting text.
          max_buffer_delay_ms: 0,
        },
        clock,
      ),
    modelFor: () => model,
  });
}

/** @returns undefined for models of which nothing is known */
function sonicLanguages(model: string): Languages {
  if (/^sonic-([3-9]|latest)/.test(model)) return SONIC_3;
  return model.startsWith('sonic') ? SONIC_2 : undefined;
}
