/**
 * Messages on their way over HTTP, where no WebSocket gets through: those of one direction are
 * counted from 1, and a batch says how many came before it.
 *
 * ```text
 * bytes 0–3    after    u32  up: messages before the first of this batch; as the body of a request
 *                            for more: those that have arrived; little-endian, as all numbers here
 * then, for each message:
 * byte  0      kind     u8   0 = text (UTF-8), 1 = binary, 2 = the close, whose code is a u16
 * bytes 1–4    length   u32
 * bytes 5–…    the message
 * ```
 *
 * A sender keeps what is not confirmed and sends it again; a receiver passes over what it has. So
 * a batch that is lost, repeated by a proxy, or repeated with more in it, does no harm.
 */

/** Of a batch; one message that is longer goes alone. */
const MAX_BATCH_BYTES = 64 * 1024;
/** The longest batch that is taken: one more message, at its longest, may be in it. */
export const MAX_TAKEN_BATCH_BYTES = 2 * MAX_BATCH_BYTES;
const AFTER_BYTES = 4;
const HEAD_BYTES = 5;

const Kind = { text: 0, binary: 1, close: 2 } as const;

export type PollMessage = string | Uint8Array<ArrayBuffer> | { readonly closeCode: number };

/** What one side has to send, and keeps until it has arrived. */
export class PollSender {
  #confirmed = 0;
  #bytes = 0;
  readonly #waiting: Uint8Array[] = [];

  /** Of what is not confirmed. */
  get bytes(): number {
    return this.#bytes;
  }

  push(message: PollMessage | Uint8Array): void {
    const entry = encodeMessage(message);
    this.#waiting.push(entry);
    this.#bytes += entry.length;
  }

  /**
   * What is not confirmed, from its beginning on.
   *
   * @returns `end`: what to confirm when it has arrived
   */
  batch(): { readonly bytes: Uint8Array<ArrayBuffer>; readonly end: number } {
    let length = AFTER_BYTES;
    let count = 0;
    for (const entry of this.#waiting) {
      if (count > 0 && length + entry.length > MAX_BATCH_BYTES) break;
      length += entry.length;
      count += 1;
    }
    const bytes = new Uint8Array(length);
    new DataView(bytes.buffer).setUint32(0, this.#confirmed, true);
    let at = AFTER_BYTES;
    for (const entry of this.#waiting.slice(0, count)) {
      bytes.set(entry, at);
      at += entry.length;
    }
    return { bytes, end: this.#confirmed + count };
  }

  /** The first `count` messages of all have arrived. @returns false if there were not so many */
  confirm(count: number): boolean {
    const more = count - this.#confirmed;
    if (more > this.#waiting.length) return false;
    if (more <= 0) return true;
    for (const entry of this.#waiting.splice(0, more)) this.#bytes -= entry.length;
    this.#confirmed = count;
    return true;
  }
}

/** What one side has received. */
export class PollReceiver {
  #received = 0;

  /** As the body of a request for more. */
  get confirmation(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(AFTER_BYTES);
    new DataView(bytes.buffer).setUint32(0, this.#received, true);
    return bytes;
  }

  /** @returns what is new in a batch; undefined if it is malformed, or something is missing before it */
  take(bytes: Uint8Array): readonly PollMessage[] | undefined {
    const after = readAfter(bytes);
    const messages = after === undefined ? undefined : decodeMessages(bytes);
    if (after === undefined || messages === undefined || after > this.#received) return undefined;
    const fresh = messages.slice(this.#received - after);
    this.#received += fresh.length;
    return fresh;
  }
}

/** How many messages came before a batch, or have arrived. */
export function readAfter(bytes: Uint8Array): number | undefined {
  if (bytes.length < AFTER_BYTES) return undefined;
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
}

function encodeMessage(message: PollMessage | Uint8Array): Uint8Array {
  const [kind, body] =
    typeof message === 'string'
      ? [Kind.text, new TextEncoder().encode(message)]
      : message instanceof Uint8Array
        ? [Kind.binary, message]
        : [Kind.close, Uint8Array.of(message.closeCode & 0xff, message.closeCode >> 8)];
  const entry = new Uint8Array(HEAD_BYTES + body.length);
  const view = new DataView(entry.buffer);
  view.setUint8(0, kind);
  view.setUint32(1, body.length, true);
  entry.set(body, HEAD_BYTES);
  return entry;
}

function decodeMessages(bytes: Uint8Array): readonly PollMessage[] | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const messages: PollMessage[] = [];
  for (let at = AFTER_BYTES; at < bytes.length;) {
    if (at + HEAD_BYTES > bytes.length) return undefined;
    const start = at + HEAD_BYTES;
    const end = start + view.getUint32(at + 1, true);
    if (end > bytes.length) return undefined;
    switch (view.getUint8(at)) {
      case Kind.text:
        messages.push(new TextDecoder().decode(bytes.subarray(start, end)));
        break;
      case Kind.binary:
        // A copy: it begins at an even address, as samples have to.
        messages.push(new Uint8Array(bytes.subarray(start, end)));
        break;
      case Kind.close:
        if (end - start !== 2) return undefined;
        messages.push({ closeCode: view.getUint16(start, true) });
        break;
      default:
        return undefined;
    }
    at = end;
  }
  return messages;
}
