import type { Readable } from 'node:stream';
import { request, type Dispatcher } from 'undici';
import { traceHeaders } from '../../../base/lib/error-boundary.ts';
import { BodyBounds } from './body-bounds.ts';

/** Read ahead: to stop after each piece and go on again costs more than the piece. */
const PIECES_AHEAD = 32;

/** Whom a request informs, by its signal: all that libraries hand on of what they are given. */
const informedBySignal = new WeakMap<AbortSignal, (body: string) => void>();

/** @param onSent - called with what was sent each time a request with this signal has left */
export function informWhenSent(signal: AbortSignal, onSent: (body: string) => void): void {
  informedBySignal.set(signal, onSent);
}

/** The same connections, for one request; `onSent` is called when all of it has been written. */
export function informing(dispatcher: Dispatcher, onSent: () => void): Dispatcher {
  return dispatcher.compose(
    // The handler is the request's own, and listens to nothing of this itself.
    (dispatch) => (options, handler) =>
      dispatch(options, Object.assign(handler, { onRequestSent: onSent })),
  );
}

/**
 * As much of `fetch` as libraries for language models use, for less of the processor: text is posted to a
 * URL, and the answer is a `Response` whose body streams. It neither follows redirects nor asks
 * for compression; language models need neither.
 *
 * A body or a line without an end is cut off, because libraries collect it (`BodyBounds`).
 *
 * @throws TypeError with the `cause`, as `fetch` does; the signal's reason when aborted
 */
export function lightFetch(dispatcher: Dispatcher): typeof globalThis.fetch {
  const post = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { method, headers, body, signal } = init;
    const inform = signal ? informedBySignal.get(signal) : undefined;
    let answer: Dispatcher.ResponseData;
    try {
      answer = await request(url, {
        dispatcher:
          inform === undefined
            ? dispatcher
            : informing(dispatcher, () => inform((body ?? '') as string)),
        method: method ?? 'GET',
        // Without this a server may compress, whether it is asked to or not (RFC 9110, section 12.5.3).
        headers: {
          'accept-encoding': 'identity',
          ...traceHeaders(),
          ...(headers as Record<string, string>),
        },
        body: (body ?? null) as string | null,
        signal: signal ?? null,
      });
    } catch (cause) {
      signal?.throwIfAborted();
      throw new TypeError('fetch failed', { cause });
    }
    const { statusCode: status } = answer;
    const bounds = new BodyBounds(String(answer.headers['content-type'] ?? ''));
    return new Response(isBodiless(status) ? null : webStreamOf(answer.body, bounds), {
      status,
      headers: headersOf(answer.headers),
    });
  };
  return post as typeof globalThis.fetch;
}

/** With these statuses `Response` takes no body, not even an empty one. */
function isBodiless(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}

function headersOf(headers: Dispatcher.ResponseData['headers']): [string, string][] {
  return Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, Array.isArray(value) ? value.join(', ') : value]],
  );
}

/** Plainer than Node's own conversion, which costs more than the request. */
function webStreamOf(body: Readable, bounds: BodyBounds): ReadableStream<Uint8Array<ArrayBuffer>> {
  // Data read before a cancellation or a failure may still come after it.
  let isOver = false;
  const end = (action: () => void) => {
    if (isOver) return;
    isOver = true;
    action();
  };
  return new ReadableStream(
    {
      start(controller) {
        body.on('data', (bytes: Uint8Array<ArrayBuffer>) => {
          if (isOver) return;
          const endless = bounds.take(bytes);
          if (endless !== undefined) {
            end(() => controller.error(endless));
            body.destroy();
            return;
          }
          controller.enqueue(bytes);
          if ((controller.desiredSize ?? 0) <= 0) body.pause();
        });
        body.once('end', () => end(() => controller.close()));
        body.on('error', (error) => end(() => controller.error(error)));
      },
      pull: () => void body.resume(),
      cancel: () => end(() => void body.destroy()),
    },
    { highWaterMark: PIECES_AHEAD },
  );
}
