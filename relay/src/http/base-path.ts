/**
 * The path of its host that a relay stands below, from `/` to `/`: that of `PUBLIC_URL`. Everything
 * within the relay is named from its own `/` on; the path is taken off where a request comes in, if
 * the proxy has not done so, and put before what goes out: addresses, and links of the documents.
 */
export function basePathOf(publicUrl: string | undefined): string {
  return publicUrl === undefined ? '/' : new URL(publicUrl).pathname.replace(/\/*$/, '/');
}

/** A request's target without the base path; as it is if a proxy has already taken that off. */
export function withoutBase(target: string, base: string): string {
  // What an absolute target says before the path stays (RFC 9112 §3.2.2).
  const [, before = '', path = ''] = /^([a-z][\w+.-]*:\/\/[^/?#]*)?(.*)$/is.exec(target)!;
  return path.startsWith(base) ? `${before}/${path.slice(base.length)}` : target;
}

/** A document whose links begin at the base path; it is written for a page at `/`. */
export function documentBelow(html: string, base: string): string {
  return base === '/' ? html : html.replaceAll('="/', `="${base}`);
}
