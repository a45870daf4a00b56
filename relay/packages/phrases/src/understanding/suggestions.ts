import { CAPABILITIES } from '../capabilities/index.ts';
import type { Topic } from '../capabilities/phrase-context.ts';

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

/** What goes on from an answer, if it is one that says so. */
const FOLLOW_UPS: Readonly<
  Partial<Record<Topic['kind'], readonly [answer: RegExp, says: string]>>
> = {
  time: [/^It is (?!.*Lisbon)/, 'And in Lisbon?'],
  number: [/ is (?!too )/, 'Double that'],
  conversion: [/^(?!Fifty).* is (?!too )/, 'And fifty?'],
  timer: [/ is set for /, 'Add one minute'],
  repeatable: [/./, 'Another one'],
};

/** What could be said after an answer: what goes on from it, or the examples that it names. */
export function suggestionsAfter(answer: string, topic: Topic | undefined): readonly string[] {
  const [isMeant, followUp] = (topic && FOLLOW_UPS[topic.kind]) ?? [];
  if (followUp !== undefined && isMeant?.test(answer) === true) return [followUp];
  return CAPABILITIES.flatMap(({ examples }) => examples)
    .filter((example) => answer.includes(example))
    .slice(0, 2);
}

function nonEmpty<Item>([first, ...rest]: readonly Item[]): readonly [Item, ...Item[]] {
  if (first === undefined) throw new RangeError('No capability has an example to suggest');
  return [first, ...rest];
}
