import type { Languages } from '../../../call/stages/languages.ts';

/** Source: https://developers.deepgram.com/docs/flux/language-prompting */
const FLUX_MULTI = 'en es fr de hi ru pt ja it nl'.split(' ');

/**
 * By model. Source: https://developers.deepgram.com/docs/models-languages-overview, and the
 * changelog for what was added to Nova-3 since August 2025.
 */
const NOVA_3 = (
  'ar be bg bn bs ca cs da de el en es et fa fi fr he hi hr hu id it ja kk kn ko lt lv ' +
  'mk mr ms nl no pl pt ro ru sk sl sr sv ta te th tl tr uk ur vi zh'
).split(' ');
const NOVA_2 = (
  'bg ca cs da de el en es et fi fr hi hu id it ja ko lt lv ms nl no pl pt ro ru sk sv th ' +
  'tr uk vi zh'
).split(' ');
const ENGLISH = ['en'];

/** @param model - undefined: the one that fits the language */
export function fluxLanguages(model: string | undefined): Languages {
  if (model === undefined || model.endsWith('-multi')) return FLUX_MULTI;
  return model.endsWith('-en') ? ENGLISH : undefined;
}

/** Models for one field, such as `nova-3-medical`, hear English. */
export function novaLanguages(model: string): Languages {
  const [, version, field = 'general'] = /^nova-([23])(?:-(\w+))?$/.exec(model) ?? [];
  if (version === undefined) return undefined;
  if (field !== 'general') return ENGLISH;
  return version === '3' ? NOVA_3 : NOVA_2;
}

/** A voice's language stands at the end of its id: `aura-2-lara-de`. */
export function voiceLanguages(id: string): Languages {
  const [, code] = /^(?:aura-2|flux)-[a-z]+-([a-z]{2})$/.exec(id) ?? [];
  return code === undefined ? undefined : [code];
}
