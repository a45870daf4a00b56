import { Readable } from 'node:stream';
import type { Clock } from '../base/lib/clock.ts';

/** How long a reader may take nothing. */
const STALL_MS = 60_000;

/**
 * A stream as the body of an answer. It is destroyed if its reader goes away, or takes nothing for
 * a minute: what it holds would wait for that reader for ever.
 */
export function whileItIsRead(source: Readable, clock: Clock): ReadableStream<Uint8Array> {
  const stalled = () => source.destroy(new Error('Its reader takes nothing.'));
  let cancel = clock.after(STALL_MS, stalled);
  source.once('close', () => cancel());
  // The answer ends with it, and nothing else waits for it.
  source.on('error', () => {});
  const watch = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, out) {
      cancel();
      if (!source.destroyed) cancel = clock.after(STALL_MS, stalled);
      out.enqueue(chunk);
    },
  });
  return (Readable.toWeb(source) as ReadableStream<Uint8Array>).pipeThrough(watch);
}
