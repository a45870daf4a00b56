import type { TappableNode } from './audio-graph.ts';

// Two query parameters of the page serve tests.
const query = new URLSearchParams(location.search);

/** With `?mic=raw` the browser does not process the microphone. */
export function isRaw(): boolean {
  return query.get('mic') === 'raw';
}

/** With `?tap` a `parley:audio-node` event on the window carries each `TappableNode`. */
export function isTapped(): boolean {
  return query.has('tap');
}

export function offerToTests(node: TappableNode): void {
  if (!isTapped()) return;
  window.dispatchEvent(new CustomEvent('parley:audio-node', { detail: node }));
}
