import type { Reading, Slot, SpokenSlot } from '../slot.ts';
import { spokenNumber } from '../number-words.ts';
import { belowThousand, digit, readAmount, readNumber } from './number.ts';
import { spokenUnitSlot, typedUnitSlot, type Dimension, type Unit } from './units.ts';

export interface Quantity {
  readonly amount: number;
  readonly unit: Unit;
  /** As it was said, if not by one number and one unit. */
  readonly words?: string;
}

/** `five miles`, `half a mile`, `3.5 kg`, `-10 °C`, and `mile`, whose article has been dropped. */
export const typedQuantitySlot: Slot<Quantity> = { read: readQuantity };

/** `five miles` or, in degrees, `minus ten degrees celsius`. */
export function countedQuantitySlot(dimension: Dimension): SpokenSlot<Quantity> {
  const units = spokenUnitSlot(dimension, 'many').rule;
  const degrees = dimension === 'temperature';
  return {
    rule: {
      name: `counted_${dimension}`,
      expansion: degrees
        ? `[minus] <below_thousand> [degrees] <${units.name}>`
        : dimension === 'length'
          ? `<below_thousand> <${units.name}> | <digit> (foot | feet) <digit> [inches]`
          : `<below_thousand> <${units.name}>`,
      uses: [belowThousand, digit, units],
    },
    read: readQuantity,
  };
}

/** The same, or `a mile`. */
export function quantitySlot(dimension: Dimension): SpokenSlot<Quantity> {
  const counted = countedQuantitySlot(dimension).rule;
  const unit = spokenUnitSlot(dimension, 'one').rule;
  return {
    rule: {
      name: `quantity_${dimension}`,
      expansion: `<${counted.name}> | (a | an | one) <${unit.name}>`,
      uses: [counted, unit],
    },
    read: readQuantity,
  };
}

function* readQuantity(tokens: readonly string[], at: number): Generator<Reading<Quantity>> {
  for (const amount of readAmount(tokens, at)) {
    for (const unit of typedUnitSlot.read(tokens, amount.end)) {
      yield* readSmallerPart(tokens, { amount: amount.value, unit: unit.value }, unit.end);
      yield { value: { amount: amount.value, unit: unit.value }, end: unit.end };
    }
  }
}

/** Unit → the smaller unit that is said behind it, and how many of those make one. */
const SMALLER_UNITS: Readonly<Record<string, readonly [many: string, count: number]>> = {
  foot: ['inches', 12],
  pound: ['ounces', 16],
};

/** `six feet two inches`, `five foot eleven`, `two pounds three ounces`. */
function* readSmallerPart(
  tokens: readonly string[],
  { amount, unit }: Quantity,
  at: number,
): Generator<Reading<Quantity>> {
  const [many, count] = SMALLER_UNITS[unit.one] ?? [];
  if (many === undefined || count === undefined || !Number.isInteger(amount)) return;
  for (const small of readNumber(tokens, tokens[at] === 'and' ? at + 1 : at)) {
    if (small.value <= 0 || small.value >= count) continue;
    const behind = [...typedUnitSlot.read(tokens, small.end)].find(
      ({ value }) => value.many === many,
    );
    // A number alone may begin what follows in other units; behind feet it means inches.
    if (behind === undefined && unit.one !== 'foot') continue;
    const name = small.value === 1 ? (many === 'inches' ? 'inch' : 'ounce') : many;
    const words = `${wordsOf(amount)} ${amount === 1 ? unit.one : unit.many} ${wordsOf(small.value)} ${name}`;
    const value = { amount: amount + small.value / count, unit, words };
    if (behind !== undefined) yield { value, end: behind.end };
    // The unit that was read may be the "in" of "five foot eleven in meters".
    if (unit.one === 'foot') yield { value, end: small.end };
  }
}

function wordsOf(value: number): string {
  return spokenNumber(value, 2)?.words ?? 'that many';
}
