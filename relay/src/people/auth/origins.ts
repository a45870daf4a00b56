/**
 * Whether a page may connect: WebSockets are not bound by the same-origin policy, so the server
 * must look (RFC 6455 §10.2). Programs that send no Origin are not pages and pass; they still need
 * a bearer token or ticket.
 *
 * @param own - where the relay's own page is for this request: see `ownOrigins`
 */
export function isOriginAllowed(
  origin: string | undefined,
  own: readonly string[],
  allowed: readonly string[],
): boolean {
  return origin === undefined || allowed.includes(origin) || own.includes(origin);
}
