import { createTransport } from '@sentry/browser';

const SEND_DEADLINE_MS = 10_000;
/** Reports that may be on their way at once; further ones are left out. */
const MAX_PENDING = 5;

type TransportOptions = Parameters<typeof createTransport>[0] & { readonly url: string };

/**
 * Posts reports to the relay, without cookies and without the page's address. The library's own
 * transport has no deadline.
 */
export function reportTransport(options: TransportOptions): ReturnType<typeof createTransport> {
  return createTransport({ ...options, bufferSize: MAX_PENDING }, async ({ body }) => {
    const response = await fetch(options.url, {
      method: 'POST',
      // A kind that another origin may post without asking first.
      headers: { 'content-type': 'text/plain' },
      body: typeof body === 'string' ? body : new Uint8Array(body),
      credentials: 'omit',
      referrerPolicy: 'no-referrer',
      // The page may be on its way out.
      keepalive: true,
      signal: AbortSignal.timeout(SEND_DEADLINE_MS),
    });
    await response.body?.cancel();
    const retryAfter = response.headers.get('retry-after');
    return {
      statusCode: response.status,
      headers: { 'retry-after': retryAfter, 'x-sentry-rate-limits': null },
    };
  });
}
