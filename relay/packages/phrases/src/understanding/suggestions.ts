import { CAPABILITIES } from '../capabilities/index.ts';

/** How many of a capability's examples are shown, if not one. */
const SHOWN: Readonly<Record<string, number>> = {
  clock: 2,
  conversion: 2,
  timers: 2,
  'small-talk': 0,
  control: 0,
};

/** Sentences to offer a person who does not know what to say; each is understood. */
export const SUGGESTIONS: readonly [string, ...string[]] = nonEmpty(
  CAPABILITIES.flatMap(({ name, examples }) => examples.slice(0, SHOWN[name] ?? 1)),
);

function nonEmpty<Item>([first, ...rest]: readonly Item[]): readonly [Item, ...Item[]] {
  if (first === undefined) throw new RangeError('No capability has an example to suggest');
  return [first, ...rest];
}
