import { AUDIO_CODECS, type ClientEventOf, type SessionDescription } from '@parley/shared';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import type { CallRecorder } from './call-recorder.ts';
import { languageAmong } from '../stages/languages.ts';
import { BROWSER } from '../stages/provider.ts';
import { activeProviders } from './provider-notices.ts';
import {
  languagesIn,
  limitsOf,
  type SessionContext,
  type SessionOptions,
} from './session-options.ts';

export type SettingsUpdate = ClientEventOf<'session.update'>['session'];

/**
 * Changes what the person asked to change: all of it, or nothing.
 *
 * @returns what was wrong, or undefined
 */
export function applyUpdate(
  settings: ConversationSettings,
  update: SettingsUpdate,
  context: Pick<SessionContext, 'providers' | 'languages'>,
  recorder: Pick<CallRecorder, 'start' | 'stop'> | undefined,
): string | undefined {
  const { speed, time_zone: timeZone, output_modalities: modalities, recording } = update;
  const language =
    update.language === undefined
      ? settings.language
      : languageAmong(languagesIn(context), update.language);
  if (language === undefined) {
    return 'session.language: expected one of the languages in session.created.';
  }
  const { synthesizer } = context.providers;
  const { speeds } = synthesizer.offer(language);
  const voice = voiceIn(context, language, update.voice ?? settings.voice);
  if (voice === undefined && update.voice !== undefined) {
    return 'session.voice: expected the id of one of the voices in session.created.';
  }
  if (speed !== undefined) {
    if (speeds === undefined) return 'session.speed: this voice has one pace only.';
    if (speed < speeds.min || speed > speeds.max) {
      return `session.speed: expected a number from ${speeds.min} to ${speeds.max}.`;
    }
  }
  if (recording === true && recorder === undefined) {
    return 'session.recording: this relay records no calls.';
  }
  if (recording === true) recorder?.start();
  if (recording === false) recorder?.stop();
  settings.language = language;
  if (voice !== undefined) settings.voice = voice;
  if (speed !== undefined) settings.speed = speed === 1 ? undefined : speed;
  if (timeZone !== undefined) settings.timeZone = timeZone;
  const { eagerness = settings.eagerness, create_response: createsResponses } =
    update.turn_detection ?? {};
  settings.eagerness = eagerness;
  if (createsResponses !== undefined) settings.createsResponses = createsResponses;
  if (update.instructions !== undefined) settings.instructions = update.instructions;
  if (update.tools !== undefined) settings.tools = update.tools;
  if (update.page_recogniser !== undefined) settings.browserListens = update.page_recogniser;
  if (update.page_model !== undefined) settings.asksBrowser = update.page_model;
  if (update.output_audio_codec !== undefined) settings.voiceCodec = update.output_audio_codec;
  if (modalities !== undefined) settings.isSpoken = modalities.includes('audio');
  return undefined;
}

/**
 * The information about a session for its client.
 *
 * @param providers - those that it was last informed of, if any
 */
export function describeSession(
  { id, identity }: Pick<SessionOptions, 'id' | 'identity'>,
  settings: ConversationSettings,
  context: SessionContext,
  providers: SessionDescription['providers'] = activeProviders(
    context.providers,
    settings.language,
  ),
): SessionDescription {
  const { voice, language, speed = 1, timeZone, isSpoken, eagerness, createsResponses } = settings;
  const choices = choicesOf(context, language);
  return {
    id,
    voice,
    ...choices,
    ...(choices.speeds && { speed }),
    language,
    time_zone: timeZone,
    audio_codecs: [...AUDIO_CODECS],
    output_modalities: isSpoken ? ['audio', 'text'] : ['text'],
    turn_detection: { eagerness, ...(createsResponses === false && { create_response: false }) },
    // One that knows all words has nothing to gain.
    ...(context.providers.transcriber.phraseState('', language) !== undefined && {
      page_recogniser: settings.browserListens === true,
    }),
    // A language model of the relay's own understands everything.
    ...(context.providers.generator.answersAtOnce && { page_model: settings.asksBrowser === true }),
    providers:
      settings.browserListens === true ? { ...providers, transcriber: BROWSER } : providers,
    limits: limitsOf(context, identity),
  };
}

/**
 * The voice that speaks in a call: one that does not know its language gives way to the first that
 * does, so that a person's choice may stand over calls in several languages.
 *
 * @returns undefined if the voice does not exist
 */
export function voiceIn(
  { providers: { synthesizer } }: Pick<SessionContext, 'providers'>,
  language: string,
  wished: string,
): string | undefined {
  const { voices } = synthesizer.offer(language);
  if (voices.some(({ id }) => id === wished)) return wished;
  return synthesizer.isForeign(wished, language) ? voices[0]?.id : undefined;
}

/**
 * What a call may choose: of a voice, what the first synthesizer has that knows the language; the
 * others follow it.
 *
 * @param language - BCP 47: the call's; undefined: that of calls which choose none
 */
export function choicesOf(
  context: Pick<SessionContext, 'providers' | 'languages'>,
  language?: string,
): Pick<SessionDescription, 'voices' | 'speeds'> & { readonly languages: string[] } {
  const languages = languagesIn(context);
  const { voices, speeds } = context.providers.synthesizer.offer(language ?? languages[0]);
  return {
    voices: voices.map(({ id, label }) => ({ id, label })),
    ...(speeds && { speeds: { ...speeds } }),
    languages: [...languages],
  };
}
