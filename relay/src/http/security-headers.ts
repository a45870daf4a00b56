import type { MiddlewareHandler } from 'hono';
import { secureHeaders } from 'hono/secure-headers';
import { EMBED_PATHS } from './page.ts';

/**
 * A content security policy that allows what the page uses and nothing else: its own files and its
 * own sockets. No inline script, no eval, no WebAssembly, no other origin.
 *
 * @param signInOrigins - where the page signs people in, if not here
 * @param embedOrigins - whose pages may frame the call's own document, and nothing else of the relay
 */
export function securityHeaders(
  signInOrigins: readonly string[] = [],
  embedOrigins: readonly string[] = [],
): MiddlewareHandler {
  const usual = headersWith(signInOrigins, {});
  if (embedOrigins.length === 0) return usual;
  const script = headersWith(signInOrigins, { isShared: true });
  const assets = headersWith(signInOrigins, { isolates: true });
  const frame = headersWith(signInOrigins, {
    isShared: true,
    isolates: true,
    frameAncestors: embedOrigins,
  });
  return (c, next) => {
    const { path } = c.req;
    if (path === EMBED_PATHS.script) return script(c, next);
    if (path === EMBED_PATHS.frame) return frame(c, next);
    return (path.startsWith('/assets/') ? assets : usual)(c, next);
  };
}

interface Exceptions {
  /** Pages of other origins may load it, also such as isolate themselves. */
  readonly isShared?: boolean;
  /** A page that isolates itself frames only what does so as well, with workers that do. */
  readonly isolates?: boolean;
  readonly frameAncestors?: readonly string[];
}

function headersWith(
  signInOrigins: readonly string[],
  { isShared = false, isolates = false, frameAncestors }: Exceptions,
): MiddlewareHandler {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      // React writes element styles through the CSSOM, which needs no exception; the chart
      // library renders `style` attributes, which does.
      styleSrc: ["'self'"],
      styleSrcAttr: ["'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'", ...signInOrigins],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      // A recording is fetched with the bearer token, then played from memory.
      mediaSrc: ["'self'", 'blob:'],
      baseUri: ["'none'"],
      formAction: ["'none'"],
      frameAncestors: frameAncestors === undefined ? ["'none'"] : [...frameAncestors],
    },
    permissionsPolicy: {
      microphone: ['self'],
      speakerSelection: ['self'],
      camera: [],
      geolocation: [],
    },
    crossOriginResourcePolicy: isShared ? 'cross-origin' : 'same-origin',
    crossOriginEmbedderPolicy: isolates && 'require-corp',
    crossOriginOpenerPolicy: 'same-origin',
    referrerPolicy: 'no-referrer',
    // Knows no list of origins; with one, browsers go by the policy above alone.
    xFrameOptions: frameAncestors === undefined && 'DENY',
    // Depends on the host, see `secure-transport.ts`.
    strictTransportSecurity: false,
  });
}
