import type { Reading, Rule, Slot } from '../language/slot.ts';
import { belowThousand, readNumber } from './number.ts';
import { degreesSlot, scaleUnitsSlot, singleUnitSlot, unitsSlot, type Unit } from './units.ts';

export interface Quantity {
  readonly amount: number;
  readonly unit: Unit;
}

/** `five miles`, `a mile`, `half a mile`, `3.5 kg`, `minus ten degrees celsius`. */
export const quantitySlot: Slot<Quantity> & { readonly rule: Rule } = {
  rule: {
    name: 'quantity',
    expansion:
      '<below_thousand> <scale_units> | (a | an | one) <single_unit> | [minus] <below_thousand> [degrees] <degrees>',
    uses: [belowThousand, scaleUnitsSlot.rule, singleUnitSlot.rule, degreesSlot.rule],
  },
  *read(tokens, at): Iterable<Reading<Quantity>> {
    const half = tokens[at] === 'half';
    const amounts = half ? [{ value: 0.5, end: at + 1 }] : readNumber(tokens, at);
    // Without an amount it is one: the article of "a mile" has been dropped.
    for (const amount of [...amounts, { value: 1, end: at }]) {
      for (const unit of unitsSlot.read(tokens, amount.end)) {
        yield { value: { amount: amount.value, unit: unit.value }, end: unit.end };
      }
    }
  },
};
