import type { SessionDescription, SessionLimits } from '@parley/shared';
import type { ConversationSettings } from '../turn/conversation-options.ts';
import type { Voice } from '../stages/synthesizer.ts';

/** What a client is told of its session. */
export function describeSession(session: {
  readonly id: string;
  readonly settings: ConversationSettings;
  readonly voices: readonly Voice[];
  readonly providers: SessionDescription['providers'];
  readonly limits: SessionLimits;
}): SessionDescription {
  const { id, settings, voices, providers, limits } = session;
  return {
    id,
    voice: settings.voice,
    voices: voices.map((voice) => ({ id: voice.id, label: voice.label })),
    time_zone: settings.timeZone,
    output_modalities: settings.isSpoken ? ['audio', 'text'] : ['text'],
    providers,
    limits,
  };
}
