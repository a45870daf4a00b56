import type { Reading, Rule, Slot } from '../language/slot.ts';
import { belowThousand, readNumber } from './number.ts';
import { spokenUnitSlot, typedUnitSlot, type Dimension, type Unit } from './units.ts';

export interface Quantity {
  readonly amount: number;
  readonly unit: Unit;
}

type SpokenSlot = Slot<Quantity> & { readonly rule: Rule };

/** `five miles`, `half a mile`, `3.5 kg`, `-10 °C`, and `mile`, whose article has been dropped. */
export const typedQuantitySlot: Slot<Quantity> = { read: readQuantity };

/** `five miles` or, in degrees, `minus ten degrees celsius`. */
export function countedQuantitySlot(dimension: Dimension): SpokenSlot {
  const units = spokenUnitSlot(dimension, 'many').rule;
  const degrees = dimension === 'temperature';
  return {
    rule: {
      name: `counted_${dimension}`,
      expansion: degrees
        ? `[minus] <below_thousand> [degrees] <${units.name}>`
        : `<below_thousand> <${units.name}>`,
      uses: [belowThousand, units],
    },
    read: readQuantity,
  };
}

/** The same, or `a mile`. */
export function quantitySlot(dimension: Dimension): SpokenSlot {
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
  const half = tokens[at] === 'half';
  const amounts = half ? [{ value: 0.5, end: at + 1 }] : readNumber(tokens, at);
  for (const amount of [...amounts, { value: 1, end: at }]) {
    for (const unit of typedUnitSlot.read(tokens, amount.end)) {
      yield { value: { amount: amount.value, unit: unit.value }, end: unit.end };
    }
  }
}
