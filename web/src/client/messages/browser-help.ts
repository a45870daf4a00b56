/** How the browser recognises speech: on this computer, or wherever its maker does. */
export const WAYS_TO_HEAR = ['off', 'local', 'remote'] as const;

/** What a person has switched on of what their browser can do by itself. */
export interface BrowserHelp {
  /** Its language model answers what the relay does not understand. */
  readonly answers: boolean;
  /** It recognises speech in the relay's place. */
  readonly hears: (typeof WAYS_TO_HEAR)[number];
}

export const NO_HELP: BrowserHelp = { answers: false, hears: 'off' };
