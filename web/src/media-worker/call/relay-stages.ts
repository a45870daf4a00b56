import type { RelayEvent } from '@parley/shared';

/** Which share of the work is the page's own, as far as the relay says. */
export interface RelayStages {
  /** Whether the relay takes speech; otherwise none is uploaded. */
  readonly hears: boolean;
  /** Whether the page is to speak what comes without a voice. */
  readonly pageSpeaks: boolean;
}

export const ALL_AT_THE_RELAY: RelayStages = { hears: true, pageSpeaks: false };

interface Known {
  readonly transcriber: string;
  readonly synthesizer: string;
  readonly spoken: boolean;
}

/** Follows what the relay says about who does the work. */
export class RelayStageKeeper {
  #known: Known | undefined;

  /** @returns how things stand after `event` */
  after(event: RelayEvent): RelayStages {
    this.#known = knownAfter(this.#known, event);
    if (this.#known === undefined) return ALL_AT_THE_RELAY;
    const { transcriber, synthesizer, spoken } = this.#known;
    return {
      hears: transcriber !== 'browser' && transcriber !== 'none',
      pageSpeaks: spoken && synthesizer === 'browser',
    };
  }
}

function knownAfter(known: Known | undefined, event: RelayEvent): Known | undefined {
  switch (event.type) {
    case 'session.created':
    case 'session.updated':
    case 'session.resumed': {
      const { providers, output_modalities } = event.session;
      const { transcriber, synthesizer } = providers;
      return { transcriber, synthesizer, spoken: output_modalities.includes('audio') };
    }
    case 'session.degraded':
    case 'session.restored':
      if (known === undefined || event.stage === 'generator') return known;
      return { ...known, [event.stage]: event.to };
    default:
      return known;
  }
}
