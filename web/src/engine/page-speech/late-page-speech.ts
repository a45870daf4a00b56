import type { MediaCommand, MediaNotice } from '../../messages/media-messages.ts';
import type { PageVoiceRequest } from '../../messages/page-requests.ts';
import type { PageSpeech } from './page-speech.ts';

export interface LatePageSpeechOptions {
  post(command: MediaCommand): void;
  notify(notice: MediaNotice): void;
  /** The recogniser needs the microphone for itself, or no longer does. */
  onMicrophoneWanted(wanted: boolean): void;
}

/**
 * The page's own speech, whose code is loaded with the call: visitors who do not talk, and most who
 * do, never use it. What it is told meanwhile it learns once it is there, in the same order.
 */
export class LatePageSpeech {
  readonly #post: LatePageSpeechOptions['post'];
  readonly #loaded: Promise<PageSpeech | undefined>;

  constructor(options: LatePageSpeechOptions) {
    this.#post = options.post;
    this.#loaded = import('./browser-page-speech.ts').then(
      ({ createPageSpeech }) => createPageSpeech(options),
      () => undefined,
    );
  }

  tell(what: (speech: PageSpeech) => void): void {
    void this.#loaded.then((speech) => speech && what(speech));
  }

  /** What the media worker asks for. */
  request(request: PageVoiceRequest): void {
    void this.#loaded.then((speech) => {
      if (speech !== undefined) return speech.onRequest(request);
      if (request.type === 'hush') return;
      const { responseId, clause } = request;
      this.#post({ type: 'page-voice', responseId, clause, state: 'failed' });
    });
  }
}
