import type { Reading, Slot } from './slot.ts';
import { smallWordsEnd } from './small-words.ts';
import type { Template } from './template.ts';

export type SlotTable = Readonly<Record<string, Slot<unknown>>>;
export type SlotValues = Readonly<Record<string, unknown>>;

/**
 * Reads all of `tokens` as the template; undefined if that cannot be done.
 *
 * @param isLenient - small words that the template does not have are passed over
 */
export function matchTemplate(
  template: Template,
  tokens: readonly string[],
  slots: SlotTable,
  isLenient: boolean,
): SlotValues | undefined {
  const input = { tokens, slots, isLenient, budget: { left: MAX_STEPS } };
  for (const { value, end } of readTemplate(template, input, 0)) {
    for (const last of startsFrom(end, input)) if (last === tokens.length) return value;
  }
  return undefined;
}

/** Typed text may be 2,000 characters of anything; the match of a real sentence takes a few hundred steps. */
const MAX_STEPS = 20_000;

interface Input {
  readonly tokens: readonly string[];
  readonly slots: SlotTable;
  readonly isLenient: boolean;
  readonly budget: { left: number };
}

/** Where the next word may stand: here, and behind small words. */
function* startsFrom(
  at: number,
  { tokens, isLenient }: Pick<Input, 'tokens' | 'isLenient'>,
): Generator<number> {
  yield at;
  const end = isLenient ? smallWordsEnd(tokens, at) : undefined;
  if (end !== undefined) yield* startsFrom(end, { tokens, isLenient });
}

function* readTemplate(
  template: Template,
  input: Input,
  at: number,
): Generator<Reading<SlotValues>> {
  if (input.budget.left <= 0) return;
  input.budget.left -= 1;
  switch (template.kind) {
    case 'word':
      for (const start of startsFrom(at, input)) {
        if (template.tokens.every((token, index) => input.tokens[start + index] === token)) {
          yield { value: {}, end: start + template.tokens.length };
        }
      }
      return;
    case 'reference':
      for (const start of startsFrom(at, input)) {
        for (const { value, end } of input.slots[template.name]?.read(input.tokens, start) ?? []) {
          yield { value: { [template.name]: value }, end };
        }
      }
      return;
    case 'choice':
      for (const option of template.options) yield* readTemplate(option, input, at);
      return;
    case 'optional':
      yield* readTemplate(template.item, input, at);
      yield { value: {}, end: at };
      return;
    case 'sequence':
      yield* readSequence(template.items, 0, input, at);
  }
}

function* readSequence(
  items: readonly Template[],
  index: number,
  input: Input,
  at: number,
): Generator<Reading<SlotValues>> {
  const item = items[index];
  if (item === undefined) {
    yield { value: {}, end: at };
    return;
  }
  for (const first of readTemplate(item, input, at)) {
    for (const rest of readSequence(items, index + 1, input, first.end)) {
      yield { value: { ...first.value, ...rest.value }, end: rest.end };
    }
  }
}
