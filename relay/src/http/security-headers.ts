import { secureHeaders } from 'hono/secure-headers';

/**
 * A content security policy that allows what the page uses and nothing else: its own files, its
 * own sockets, and compiling the VAD's WebAssembly. No inline script, no eval, no other origin.
 */
export function securityHeaders() {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'", "'wasm-unsafe-eval'"],
      // React writes element styles through the CSSOM, which needs no exception; the chart
      // library renders `style` attributes, which does.
      styleSrc: ["'self'"],
      styleSrcAttr: ["'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'"],
      connectSrc: ["'self'"],
      workerSrc: ["'self'"],
      manifestSrc: ["'self'"],
      mediaSrc: ["'self'"],
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
    // The proxy that terminates TLS sends it; over plain HTTP browsers ignore it.
    strictTransportSecurity: false,
  });
}
