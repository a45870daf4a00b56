/** So many words in a row, as they were spoken, are an echo and not a coincidence. */
const ECHO_RUN = 3;
/** Of what remains, so large a share must be words that were not spoken. */
const NEW_SHARE = 0.5;

/**
 * What a person said of what was heard while a voice was playing.
 *
 * The recogniser takes its sound from the microphone itself, without our echo guard, and may write
 * down our own voice. Leading words that run along with what is being spoken are dropped; what
 * remains counts if most of its words are not in the spoken text. A person who repeats the answer
 * while it plays is therefore not heard, which is the better mistake.
 *
 * @returns the person's words; empty if there are none
 */
export function beyondEcho(heard: string, spoken: string): string {
  const words = heard.split(/\s+/u).filter((word) => word !== '');
  const keys = words.map(keyOf);
  const spokenKeys = spoken.split(/\s+/u).map(keyOf);
  const run = leadingRun(keys, spokenKeys);
  const rest = run >= ECHO_RUN ? run : 0;
  const known = new Set(spokenKeys);
  const remaining = keys.slice(rest);
  const fresh = remaining.filter((key) => !known.has(key)).length;
  return remaining.length > 0 && fresh / remaining.length >= NEW_SHARE
    ? words.slice(rest).join(' ')
    : '';
}

/** How many of the first words stand somewhere in `spoken` in the same order. */
function leadingRun(keys: readonly string[], spoken: readonly string[]): number {
  let longest = 0;
  for (let start = 0; start < spoken.length; start += 1) {
    let length = 0;
    while (length < keys.length && keys[length] === spoken[start + length]) length += 1;
    longest = Math.max(longest, length);
  }
  return longest;
}

function keyOf(word: string): string {
  return word.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');
}
