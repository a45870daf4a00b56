import type { RelayEvent } from '@parley/shared';

/** The providers of speech, as the relay last reported them. */
export interface SpeechProviders {
  readonly transcriber: string;
  readonly synthesizer: string;
  /** Whether replies are to be spoken at all. */
  readonly spoken: boolean;
}

export function speechProvidersAfter(
  providers: SpeechProviders | undefined,
  event: RelayEvent,
): SpeechProviders | undefined {
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
    case 'session.resumed': {
      const { transcriber, synthesizer } = event.session.providers;
      const spoken = event.session.output_modalities.includes('audio');
      return { transcriber, synthesizer, spoken };
    }
    case 'session.degraded':
    case 'session.restored':
      if (providers === undefined || event.stage === 'generator') return providers;
      return { ...providers, [event.stage]: event.to };
    default:
      return providers;
  }
}

/** Whether the relay takes speech. */
export function relayHears(providers: SpeechProviders | undefined): boolean {
  return providers?.transcriber !== 'browser' && providers?.transcriber !== 'none';
}

/** Whether the page is to speak what comes without a voice. */
export function browserSpeaks(providers: SpeechProviders | undefined): boolean {
  return providers?.spoken === true && providers.synthesizer === 'browser';
}
