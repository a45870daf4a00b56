/** No event comes near this, bytes. */
const MAX_EVENT_BYTES = 1024 * 1024;
/** Also above any list of models, or an error. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;
/** Ten times the longest answer: 32,768 tokens with 300 bytes around each. */
const MAX_STREAM_BYTES = 100 * 1024 * 1024;

/** What ends a server-sent event: an empty line (WHATWG HTML, section 9.2.5). */
const EVENT_ENDS = ['\n\n', '\r\n\r\n', '\r\r'] as const;
const NEWLINE = 0x0a;
/** An end that is cut in two has at most this much of it in the first piece. */
const TAIL_BYTES = 3;

/** The data that came exceeds any sensible answer: a body, or an event in it, without an end. */
export class EndlessBodyError extends RangeError {}

/**
 * Watches an answer go by: the libraries that read it collect an event, or all of it, until it ends.
 */
export class BodyBounds {
  readonly #isStream: boolean;
  #bytes = 0;
  #eventBytes = 0;
  #tail = '';

  /** @param contentType - server-sent events may be long in all, but not one of them */
  constructor(contentType: string | null | undefined) {
    this.#isStream = contentType?.includes('text/event-stream') === true;
  }

  /** @returns what is wrong once there is too much of it */
  take(bytes: Uint8Array): EndlessBodyError | undefined {
    this.#bytes += bytes.length;
    if (!this.#isStream) {
      if (this.#bytes <= MAX_DOCUMENT_BYTES) return undefined;
      return new EndlessBodyError('A body does not end.');
    }
    this.#eventBytes = this.#sinceEvent(bytes);
    if (this.#eventBytes > MAX_EVENT_BYTES) return new EndlessBodyError('An event does not end.');
    if (this.#bytes > MAX_STREAM_BYTES) return new EndlessBodyError('A stream does not end.');
    return undefined;
  }

  /** How long the event is by now that is not over yet. */
  #sinceEvent(bytes: Uint8Array): number {
    const { buffer, byteOffset, length } = bytes;
    if (bytes[length - 1] === NEWLINE && bytes[length - 2] === NEWLINE) {
      // Nearly every piece is whole events.
      this.#tail = '';
      return 0;
    }
    const piece = Buffer.from(buffer, byteOffset, length);
    const end = Math.max(...EVENT_ENDS.map((mark) => piece.lastIndexOf(mark)));
    const seam = this.#tail + piece.toString('latin1', 0, TAIL_BYTES);
    this.#tail = (this.#tail + piece.toString('latin1', Math.max(0, length - TAIL_BYTES))).slice(
      -TAIL_BYTES,
    );
    if (end >= 0) return length - end;
    return EVENT_ENDS.some((mark) => seam.includes(mark)) ? length : this.#eventBytes + length;
  }
}
