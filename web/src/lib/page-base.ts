/**
 * The path of its host that this page stands below, without the slash at its end; '' at the root.
 * Read from the document, where the relay writes it: one build serves any path.
 */
export function pageBase(): string {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="base"]');
  return (meta?.content ?? '').replace(/\/$/, '');
}
