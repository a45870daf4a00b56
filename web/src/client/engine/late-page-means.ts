import type { MediaCommand } from '../messages/media-messages.ts';
import type { PageModelRequest, PageVoiceRequest } from '../messages/page-requests.ts';
import type { PageMeans, PageMeansOptions } from './page-means.ts';

/**
 * The browser's own abilities, whose code is loaded with the call: visitors who do not talk, and
 * most who do, never use it. Calls that come meanwhile reach it once it is there, in the same
 * order.
 */
export class LatePageMeans {
  readonly #post: (command: MediaCommand) => void;
  readonly #loaded: Promise<PageMeans | undefined>;

  constructor(options: PageMeansOptions) {
    this.#post = options.post;
    this.#loaded = import('./page-means.ts').then(
      ({ createPageMeans }) => createPageMeans(options),
      () => undefined,
    );
  }

  tell(what: (means: PageMeans) => void): void {
    void this.#loaded.then((means) => means && what(means));
  }

  /** What the media worker asks for. */
  request(request: PageVoiceRequest | PageModelRequest): void {
    void this.#loaded.then((means) => {
      if (means !== undefined) return means.request(request);
      if (request.type !== 'speak') return;
      const { responseId, clause } = request;
      this.#post({ type: 'page-voice', responseId, clause, state: 'failed' });
    });
  }
}
