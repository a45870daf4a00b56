import type { MediaCommand } from '../messages/media-messages.ts';
import type { UnprocessedMicrophone } from './unprocessed-microphone.ts';

/** The unprocessed microphone, which is loaded with a call's first processed one. */
export class LateUnprocessed {
  readonly #post: (command: MediaCommand, transfer: Transferable[]) => void;
  #microphone: Promise<UnprocessedMicrophone | undefined> | undefined;

  constructor(post: (command: MediaCommand, transfer: Transferable[]) => void) {
    this.#post = post;
  }

  /** As `UnprocessedMicrophone.follow`. Without it the processed one alone is heard. */
  follow(processed: MediaStreamTrack | undefined, isOpen: boolean): void {
    if (processed !== undefined) {
      this.#microphone ??= import('./unprocessed-microphone.ts').then((loaded) =>
        loaded.unprocessedMicrophone(this.#post),
      );
    }
    this.#microphone?.then((microphone) => microphone?.follow(processed, isOpen)).catch(() => {});
  }
}
