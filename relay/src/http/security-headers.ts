import { secureHeaders } from 'hono/secure-headers';

/**
 * A content security policy that allows what the page uses and nothing else: its own files and its
 * own sockets. No inline script, no eval, no WebAssembly, no other origin.
 *
 * @param signInOrigins - where the page signs people in, if not here
 */
export function securityHeaders(signInOrigins: readonly string[] = []) {
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
      frameAncestors: ["'none'"],
    },
    permissionsPolicy: {
      microphone: ['self'],
      speakerSelection: ['self'],
      camera: [],
      geolocation: [],
    },
    crossOriginResourcePolicy: 'same-origin',
    crossOriginOpenerPolicy: 'same-origin',
    referrerPolicy: 'no-referrer',
    xFrameOptions: 'DENY',
    // Depends on the host, see `secure-transport.ts`.
    strictTransportSecurity: false,
  });
}
