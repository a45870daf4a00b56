import type { ClientTool, SessionDescription } from '@parley/shared';

/** How the browser recognises speech: on this computer, or anywhere its maker does. */
export const WAYS_TO_HEAR = ['off', 'local', 'remote'] as const;

export const NO_HELP: BrowserHelp = { answers: false, hears: 'off' };

/** What a person has switched on of what their browser can do by itself. */
export interface BrowserHelp {
  /** Its language model answers what the relay does not understand. */
  readonly answers: boolean;
  /** The browser recognises speech instead of the relay. */
  readonly hears: (typeof WAYS_TO_HEAR)[number];
}

/** What only the page itself can do for the media worker: browsers speak in windows alone. */
export type BrowserVoiceRequest =
  /** Speak this after all that was asked for before. */
  | {
      readonly type: 'speak';
      readonly responseId: string;
      readonly clause: number;
      readonly text: string;
    }
  /** Fall silent at once and forget what was asked for. */
  | { readonly type: 'hush' };

/** What the relay asks of the browser's language model, which windows alone have. */
export type BrowserModelRequest =
  | {
      readonly type: 'ask-model';
      readonly requestId: string;
      /** How to answer. */
      readonly instructions: string;
      /** The last one is to be answered. */
      readonly messages: readonly {
        readonly role: 'user' | 'assistant';
        readonly content: string;
      }[];
      /** When the answer must be whole. */
      readonly totalMs: number;
    }
  /** The answer is not wanted any more. */
  | { readonly type: 'stop-model'; readonly requestId: string };

/** What the browser does for the relay if it is wanted, and what its language model answers. */
export type BrowserModelCommand =
  | {
      readonly type: 'offer-page';
      readonly offer: Pick<SessionDescription, 'page_model' | 'page_recogniser'>;
    }
  | {
      readonly type: 'page-answer';
      readonly requestId: string;
      readonly state: 'going-on';
      readonly text: string;
    }
  | {
      readonly type: 'page-answer';
      readonly requestId: string;
      readonly state: 'completed' | 'failed';
    };

/** What the relay's language model wants of the page's functions. */
export type ToolRequest =
  | {
      readonly type: 'call-tool';
      readonly callId: string;
      readonly name: string;
      /** JSON, as the model wrote it. */
      readonly input: string;
    }
  /** What was called is not waited for any more. */
  | { readonly type: 'stop-tools' };

/** What the page adds to the relay's language model. */
export interface AssistantOffer {
  /** `''`: none. */
  readonly instructions: string;
  readonly tools: readonly (Pick<ClientTool, 'name'> & Partial<ClientTool>)[];
}

export type AssistantCommand =
  | { readonly type: 'set-assistant'; readonly offer: AssistantOffer }
  /** What a function has answered. */
  | { readonly type: 'tool-output'; readonly callId: string; readonly output: string };

/** How a call of one of the page's functions has ended. */
export interface ToolEnd {
  readonly callId: string;
  readonly name: string;
  readonly durationMs: number;
  /** What the language model was given; null if it did not wait for it any more. */
  readonly output: string | null;
  readonly error: null | {
    readonly code:
      /** None has this name any more. */
      | 'tool_unknown'
      /** The model wrote no JSON object. */
      | 'tool_arguments_invalid'
      | 'tool_failed'
      | 'tool_too_slow'
      | 'tool_output_too_long'
      /** Too many run at once. */
      | 'tool_busy'
      /** The answer was interrupted, or the call is over. */
      | 'tool_cancelled';
    readonly message: string;
    /** What the function has thrown. */
    readonly cause?: unknown;
  };
}

/** All that the media worker asks of the page. */
export type PageRequest =
  | BrowserVoiceRequest
  | BrowserModelRequest
  | ToolRequest
  /** Hear the microphone by another source node: what comes from this one waits for too long. */
  | { readonly type: 'renew-capture' }
  /** For one more second nothing came from the microphone, or sound comes again. */
  | { readonly type: 'capture-heard'; readonly what: 'still' | 'sound' }
  /** The person speaks while the echo canceller is primed. */
  | { readonly type: 'hush-breath' };
