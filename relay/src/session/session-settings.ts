import type { ClientEventOf, SessionDescription } from '@parley/shared';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import { isTimeZone } from '../lib/time-zone.ts';
import type { CallRecorder } from './call-recorder.ts';
import type { Voice } from '../stages/synthesizer.ts';
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
  voices: readonly Voice[],
  recorder: Pick<CallRecorder, 'start' | 'stop'> | undefined,
): string | undefined {
  const { voice, time_zone: timeZone, output_modalities: modalities, recording } = update;
  if (voice !== undefined && !voices.some(({ id }) => id === voice)) {
    return 'session.voice: expected the id of one of the voices in session.created.';
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
  if (timeZone !== undefined) settings.timeZone = timeZone;
  if (update.turn_detection !== undefined) settings.eagerness = update.turn_detection.eagerness;
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
  const { voice, timeZone, isSpoken, eagerness } = settings;
  const { voices } = context.providers.synthesizer;
  return {
    id,
    voice,
    voices: voices.map(({ id: voiceId, label }) => ({ id: voiceId, label })),
    time_zone: timeZone,
    output_modalities: isSpoken ? ['audio', 'text'] : ['text'],
    turn_detection: { eagerness },
    providers,
    limits: limitsOf(context, identity),
  };
}
