import type { ClientEventOf, SessionDescription } from '@parley/shared';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import { isTimeZone } from '../lib/time-zone.ts';
import type { CallRecorder } from './call-recorder.ts';
import { BROWSER } from '../stages/provider.ts';
import type { Stages } from '../stages/stages.ts';
import type { Synthesizer } from '../stages/synthesizer.ts';
import { activeProviders } from './provider-notices.ts';
import { limitsOf, type SessionContext, type SessionOptions } from './session-options.ts';

export type SettingsUpdate = ClientEventOf<'session.update'>['session'];

/**
 * Changes what the person asked to change: all of it, or nothing.
 *
 * @returns what was wrong, or undefined
 */
export function applyUpdate(
  settings: ConversationSettings,
  update: SettingsUpdate,
  { voices, speeds }: Pick<Synthesizer, 'voices' | 'speeds'>,
  recorder: Pick<CallRecorder, 'start' | 'stop'> | undefined,
): string | undefined {
  const { voice, speed, time_zone: timeZone, output_modalities: modalities, recording } = update;
  if (voice !== undefined && !voices.some(({ id }) => id === voice)) {
    return 'session.voice: expected the id of one of the voices in session.created.';
  }
  if (speed !== undefined) {
    if (speeds === undefined) return 'session.speed: this voice has one pace only.';
    if (speed < speeds.min || speed > speeds.max) {
      return `session.speed: expected a number from ${speeds.min} to ${speeds.max}.`;
    }
  }
  if (timeZone !== undefined && !isTimeZone(timeZone)) {
    return 'session.time_zone: expected an IANA time zone.';
  }
  if (recording === true && recorder === undefined) {
    return 'session.recording: this relay records no calls.';
  }
  if (recording === true) recorder?.start();
  if (recording === false) recorder?.stop();
  if (voice !== undefined) settings.voice = voice;
  if (speed !== undefined) settings.speed = speed === 1 ? undefined : speed;
  if (timeZone !== undefined) settings.timeZone = timeZone;
  if (update.turn_detection !== undefined) settings.eagerness = update.turn_detection.eagerness;
  if (update.page_recogniser !== undefined) settings.pageListens = update.page_recogniser;
  if (update.page_model !== undefined) settings.asksPage = update.page_model;
  if (modalities !== undefined) settings.isSpoken = modalities.includes('audio');
  return undefined;
}

/**
 * What a client is told of its session.
 *
 * @param providers - those that it was told of last, if any
 */
export function describeSession(
  { id, identity }: Pick<SessionOptions, 'id' | 'identity'>,
  settings: ConversationSettings,
  context: SessionContext,
  providers: SessionDescription['providers'] = activeProviders(context.providers),
): SessionDescription {
  const { voice, speed = 1, timeZone, isSpoken, eagerness } = settings;
  const choices = voicesOf(context.providers);
  return {
    id,
    voice,
    ...choices,
    ...(choices.speeds && { speed }),
    time_zone: timeZone,
    output_modalities: isSpoken ? ['audio', 'text'] : ['text'],
    turn_detection: { eagerness },
    // One that knows all words has nothing to gain.
    ...(context.providers.transcriber.phraseState('') !== undefined && {
      page_recogniser: settings.pageListens === true,
    }),
    // A language model of the relay's own understands everything.
    ...(context.providers.generator.answersAtOnce && { page_model: settings.asksPage === true }),
    providers: settings.pageListens === true ? { ...providers, transcriber: BROWSER } : providers,
    limits: limitsOf(context, identity),
  };
}

/** What a call may choose of a voice: of the first synthesizer, whose voices the others follow. */
export function voicesOf({
  synthesizer: { voices, speeds },
}: Pick<Stages, 'synthesizer'>): Pick<SessionDescription, 'voices' | 'speeds'> {
  return {
    voices: voices.map(({ id, label }) => ({ id, label })),
    ...(speeds && { speeds: { ...speeds } }),
  };
}
