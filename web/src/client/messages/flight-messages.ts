/** Without identifiers of devices. */
export type MicrophoneSettings = Readonly<Record<string, string | number | boolean>>;

/** What the debug panel asks of the flight recorder, over a port of its own. */
export type FlightRequest =
  /** Whether the microphone's audio is kept: only with the person's consent. */
  | { readonly type: 'set-audio-consent'; readonly agreed: boolean }
  /** The recording as a file. */
  | { readonly type: 'save' };

/** The flight recorder's messages to the panel. */
export type FlightNotice =
  /** Twice a second, and after each change of the consent. */
  | {
      readonly type: 'status';
      /** How much of the last call is kept. */
      readonly durationMs: number;
      readonly bytes: number;
      readonly hasAudioConsent: boolean;
      /** The settings of the microphone that was opened last, as the browser reports them. */
      readonly microphone: MicrophoneSettings | null;
    }
  | { readonly type: 'saved'; readonly file: Blob };
