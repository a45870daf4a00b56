/** Begins with a capital letter. */
export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  if (items.length <= 1) return items.join('');
  return `${items.slice(0, -1).join(', ')} and ${items.at(-1)}`;
}

/** `random` is from 0 up to but not including 1. */
export function pick<Item>(items: readonly [Item, ...Item[]], random: () => number): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

/** One of `items` that `avoid` does not contain, so that a joke is not told twice in a row. */
export function pickOther(
  items: readonly [string, ...string[]],
  random: () => number,
  avoid: string | undefined,
): string {
  const [first, ...rest] = items.filter((item) => avoid?.includes(item) !== true);
  return first === undefined ? pick(items, random) : pick([first, ...rest], random);
}
