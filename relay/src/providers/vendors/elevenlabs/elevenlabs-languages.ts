import type { Languages } from '../../../call/stages/languages.ts';

/** Source: https://elevenlabs.io/docs/overview/models */
const MULTILINGUAL_V2 =
  'en ja zh de hi fr ko pt it es id nl tr fil pl sv bg ro ar cs el fi hr ms sk da ta uk ru'.split(
    ' ',
  );
const V2_5 = [...MULTILINGUAL_V2, 'hu', 'no', 'vi'];

/** Of those that Scribe hears, the ones with a code of ISO 639-1, Filipino and Cantonese. */
const SCRIBE = (
  'af am ar hy as az be bn bs bg my yue ca ny hr cs da nl en et fil fi fr ff gl lg ka de el gu ' +
  'ha he hi hu is ig id ga it ja jv kn kk km ko ku ky lo lv ln lt lb mk ms ml mt zh mi mr mn ne ' +
  'no oc or ps fa pl pt pa ro ru sr sn sd sk sl so es sw sv ta tg te th tr uk ur uz vi cy wo xh zu'
).split(' ');

/** @returns undefined for models of which nothing is known */
export function speechLanguages(model: string): Languages {
  if (/^eleven_(flash|turbo)_v2_5$/.test(model)) return V2_5;
  if (model === 'eleven_multilingual_v2') return MULTILINGUAL_V2;
  return /^eleven_((flash|turbo)_v2|monolingual_v1)$/.test(model) ? ['en'] : undefined;
}

/** Source: https://elevenlabs.io/docs/capabilities/speech-to-text */
export function scribeLanguages(model: string): Languages {
  return model.startsWith('scribe_') ? SCRIBE : undefined;
}
