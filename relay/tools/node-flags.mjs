// @ts-check
/**
 * Node's flags for the relay: a garbage collector that suits a server of many small messages.
 *
 * Each chunk of audio leaves a few short-lived buffers, whose memory lies outside of V8's heap.
 * By default every 64 MB of such memory, at a thousand speakers one second's, start a collection of
 * the whole heap, even if all of it was garbage that the cheap collection of young objects would
 * have found. So outside memory counts towards the heap's own limit instead, and the young
 * generation is kept small enough to be collected before much piles up.
 *
 * @type {readonly string[]}
 */
export const RELAY_NODE_FLAGS = [
  '--external-memory-accounted-in-global-limit',
  '--max-semi-space-size=16',
];
