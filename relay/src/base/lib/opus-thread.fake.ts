import { ParleyError } from '@parley/shared';
import type { OpusCodec, OpusStream, OpusEncoderStream } from './opus-codec.ts';

/** A codec that makes a sample of each byte of a packet, and encodes nothing. */
export class FakeOpus implements OpusCodec {
  readonly #delay: () => Promise<void>;
  /** Streams that are not closed yet. */
  open = 0;
  opened = 0;
  /** Answers that fail: the thread has died. */
  deaths = 0;

  /** @param delay - before each answer; answers keep the order of what was asked */
  constructor(delay: () => Promise<void> = () => Promise.resolve()) {
    this.#delay = delay;
  }

  decoder(): OpusStream<Uint8Array, Int16Array<ArrayBuffer>> {
    this.open += 1;
    this.opened += 1;
    let before = Promise.resolve();
    let isOpen = true;
    return {
      push: (...packets) => {
        const answer = before.then(this.#delay).then(() => {
          const dies = this.deaths > 0;
          if (dies) this.deaths -= 1;
          if (dies || !isOpen) throw new ParleyError('internal_error');
          return Int16Array.from(packets.flatMap((packet) => [...packet]));
        });
        before = answer.then(
          () => {},
          () => {},
        );
        return answer;
      },
      close: () => {
        if (isOpen) this.open -= 1;
        isOpen = false;
      },
    };
  }

  encoder(): OpusEncoderStream {
    return { push: () => Promise.resolve([]), close: () => {} };
  }
}
