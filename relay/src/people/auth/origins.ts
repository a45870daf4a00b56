/**
 * Whether a page may connect: WebSockets are not bound by the same-origin policy, so the server
 * must look (RFC 6455 §10.2). Programs that send no Origin are not pages and pass; they still need
 * a bearer token or ticket.
 *
 * @param host - the request's Host header, known to be the relay's own: see `OwnHosts`
 */
export function isOriginAllowed(
  origin: string | undefined,
  host: string | undefined,
  allowed: readonly string[],
): boolean {
  if (origin === undefined) return true;
  return allowed.includes(origin) || isOwnOrigin(origin, host);
}

/** Whether a page of this origin came from the host that it now asks. */
export function isOwnOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && new URL(origin).host === host;
}
