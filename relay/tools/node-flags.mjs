// @ts-check
/**
 * Node's flags for the relay: a garbage collector that suits a server of many small messages.
 *
 * Each chunk of audio leaves a few short-lived buffers, whose memory lies outside of V8's heap.
 * By default every 64 MB of such memory, at a thousand speakers one second's, start a collection of
 * the whole heap, even if all of it was garbage that the cheap collection of young objects would
 * have found. So outside memory counts towards the heap's own limit instead, and the young
 * generation is kept small enough to be collected before much piles up: a young object of a hundred
 * bytes holds three kilobytes outside.
 *
 * While calls begin and are silent, the lists in which `ws` gathers a message all survive, from
 * which V8 learns to make them old from the start (pretenuring). Under load each of them then holds
 * one dead chunk until the next collection of the whole heap, so V8 is kept from learning it. And
 * that collection comes once the memory in use has grown by two fifths rather than to a multiple:
 * what was outside of the heap for a moment is never given back to the system.
 *
 * V8 optimises a function of WebAssembly once it has run for a while. One function of the embedded
 * Postgres takes two seconds of a processor for that, in the first seconds of a relay, when people
 * may talk already. It has to run ten times as long for it. Recognition and synthesis take as long
 * as before: see relay/src/base/decisions.md.
 *
 * V8 keeps the memory that starting took: it takes a server for a page in the foreground, whose
 * memory it never reduces. So the relay asks for one collection itself, once it is warm.
 *
 * @type {readonly string[]}
 */
export const RELAY_NODE_FLAGS = [
  '--external-memory-accounted-in-global-limit',
  '--max-semi-space-size=8',
  '--no-allocation-site-pretenuring',
  '--heap-growing-percent=40',
  '--wasm-tiering-budget=130000000',
  '--expose-gc',
];

/**
 * The C library keeps freed memory for itself, the more the larger what was freed. V8 takes 600 MB
 * once to optimise the interpreter of the embedded Postgres, of which a hundred would stay. A
 * threshold that is set does not grow. Other C libraries do not read it.
 */
export const RELAY_ENVIRONMENT = { MALLOC_TRIM_THRESHOLD_: '131072' };
