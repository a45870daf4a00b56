import { SKILLS } from './skills/index.ts';

/** How many of a skill's examples are shown, where it is not one. */
const SHOWN: Readonly<Record<string, number>> = {
  clock: 2,
  conversion: 2,
  timers: 2,
  'small-talk': 0,
  control: 0,
};

/** Sentences to offer someone who does not know what to say; each is understood. */
export const SUGGESTIONS: readonly [string, ...string[]] = nonEmpty(
  SKILLS.flatMap((skill) => skill.examples.slice(0, SHOWN[skill.name] ?? 1)),
);

function nonEmpty<Item>([first, ...rest]: readonly Item[]): readonly [Item, ...Item[]] {
  if (first === undefined) throw new RangeError('There are no skills to suggest');
  return [first, ...rest];
}
