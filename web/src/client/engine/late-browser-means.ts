import type { MediaCommand } from '../messages/media-messages.ts';
import type {
  BrowserModelRequest,
  BrowserVoiceRequest,
  ToolRequest,
} from '../messages/page-requests.ts';
import type { BrowserMeans, BrowserMeansOptions } from './browser-means.ts';

/**
 * The browser's own abilities, whose code is loaded with the call: visitors who do not talk, and
 * most who do, never use it. Calls that come meanwhile reach it once it is there, in the same
 * order.
 */
export class LateBrowserMeans {
  readonly #post: (command: MediaCommand) => void;
  readonly #loaded: Promise<BrowserMeans | undefined>;

  constructor(options: BrowserMeansOptions) {
    this.#post = options.post;
    this.#loaded = import('./browser-means.ts').then(
      ({ createBrowserMeans }) => createBrowserMeans(options),
      () => undefined,
    );
  }

  tell(what: (means: BrowserMeans) => void): void {
    void this.#loaded.then((means) => means && what(means));
  }

  /** What the media worker asks for. */
  request(request: BrowserVoiceRequest | BrowserModelRequest | ToolRequest): void {
    void this.#loaded.then((means) => {
      if (means !== undefined) return means.request(request);
      if (request.type !== 'speak') return;
      const { responseId, clause } = request;
      this.#post({ type: 'page-voice', responseId, clause, state: 'failed' });
    });
  }
}
