import type { Reading, Slot, SpokenSlot } from '../slot.ts';
import { belowThousand, readAmount } from './number.ts';
import { spokenUnitSlot, typedUnitSlot, type Dimension, type Unit } from './units.ts';

export interface Quantity {
  readonly amount: number;
  readonly unit: Unit;
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
        : `<below_thousand> <${units.name}>`,
      uses: [belowThousand, units],
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
      yield { value: { amount: amount.value, unit: unit.value }, end: unit.end };
    }
  }
}
