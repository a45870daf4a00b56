/** What the debug panel asks of the flight recorder, over a port of its own. */
export type FlightRequest =
  /** Whether the microphone's audio is kept: only with the person's consent. */
  | { readonly type: 'set-audio-consent'; readonly agreed: boolean }
  /** The recording as a file. */
  | { readonly type: 'save' };

/** What the flight recorder tells the panel. */
export type FlightNotice =
  /** Twice a second, and after each change of the consent. */
  | {
      readonly type: 'status';
      /** How much of the last call is kept. */
      readonly durationMs: number;
      readonly bytes: number;
      readonly hasAudioConsent: boolean;
    }
  | { readonly type: 'saved'; readonly file: Blob };
