/** What a query parameter may be; the value is undefined where it is absent. */
type Rule = (value: string | undefined) => boolean;

const flag: Rule = (value) => value === undefined || value === 'true' || value === 'false';
const anything: Rule = () => true;
const required: Rule = (value) => value !== undefined && value !== '';
const oneOf =
  (...allowed: string[]): Rule =>
  (value) =>
    value === undefined || allowed.includes(value);
const between =
  (min: number, max: number): Rule =>
  (value) =>
    value === undefined || (Number(value) >= min && Number(value) <= max);

const audioIn = {
  encoding: oneOf('linear16', 'opus'),
  sample_rate: between(8_000, 48_000),
  mip_opt_out: flag,
  tag: anything,
  keyterm: anything,
};

/** The parameters of the four endpoints as their references list them. */
export const NOVA_QUERY: Readonly<Record<string, Rule>> = {
  ...audioIn,
  model: required,
  language: anything,
  channels: between(1, 20),
  interim_results: flag,
  punctuate: flag,
  smart_format: flag,
  numerals: flag,
  profanity_filter: flag,
  vad_events: flag,
  endpointing: (value) => value === 'false' || between(0, 10_000)(value),
  utterance_end_ms: between(1_000, 5_000),
};

export const FLUX_QUERY: Readonly<Record<string, Rule>> = {
  ...audioIn,
  model: (value) => value === 'flux-general-en' || value === 'flux-general-multi',
  eager_eot_threshold: between(0.3, 0.9),
  eot_threshold: between(0.5, 1),
  eot_timeout_ms: between(500, 60_000),
  language_hint: anything,
  profanity_filter: flag,
  numerals: flag,
};

export const AURA_QUERY: Readonly<Record<string, Rule>> = {
  model: (value) => value === undefined || /^aura-(2-)?[a-z]+-[a-z]{2}$/.test(value),
  encoding: oneOf('linear16'),
  sample_rate: oneOf('8000', '16000', '24000', '32000', '48000'),
  speed: between(0.7, 1.5),
  mip_opt_out: flag,
};

export const FLUX_VOICE_QUERY: Readonly<Record<string, Rule>> = {
  model: (value) => value !== undefined && /^flux-[a-z]+-(en|multi)$/.test(value),
  encoding: oneOf('linear16', 'mulaw', 'alaw'),
  sample_rate: oneOf('8000', '16000', '24000', '32000', '44100', '48000'),
  speed: between(0.5, 1.5),
  expressivity: between(-2, 2),
  mip_opt_out: flag,
  tag: anything,
};

/** @returns what the vendor would object to, in words; undefined where nothing is wrong */
export function objectionTo(
  query: URLSearchParams,
  rules: Readonly<Record<string, Rule>>,
): string | undefined {
  for (const name of query.keys()) if (!(name in rules)) return `Unknown parameter ${name}.`;
  for (const [name, rule] of Object.entries(rules)) {
    const value = query.get(name) ?? undefined;
    if (!rule(value)) return `Parameter ${name} may not be ${value ?? 'left out'}.`;
  }
  if (query.has('language_hint') && query.get('model') !== 'flux-general-multi') {
    return 'Only flux-general-multi takes language hints.';
  }
  if (Number(query.get('eager_eot_threshold') ?? 0) > Number(query.get('eot_threshold') ?? 0.7)) {
    return 'The eager threshold may not be above the other.';
  }
  return undefined;
}
