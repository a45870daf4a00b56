import type { Reading, SpokenSlot } from '../slot.ts';
import { vocabularySlot } from '../vocabulary.ts';
import { belowThousand, numberSlot, readAmount, readNumber } from './number.ts';

export interface Currency {
  readonly one: string;
  readonly many: string;
}

export interface MoneyAmount {
  readonly amount: number;
  /** undefined if none was said. */
  readonly currency: Currency | undefined;
}

const currency = (one: string, many: string, typed: readonly string[] = [], spoken = true) => ({
  value: { one, many },
  spoken: spoken ? [many, one] : [],
  typed: spoken ? typed : [one, many, ...typed],
});

const manyCurrencies = vocabularySlot<Currency>('currency', [
  currency('dollar', 'dollars', ['usd', 'buck', 'bucks', 'us dollars']),
  currency('euro', 'euros', ['eur']),
  currency('pound', 'pounds', ['gbp', 'quid', 'pounds sterling', 'british pounds']),
  currency('yen', 'yen', ['jpy', 'japanese yen'], false),
  currency('franc', 'francs', ['chf', 'swiss francs', 'swiss franc'], false),
  currency('crown', 'crowns', ['kronor', 'kroner', 'sek', 'nok', 'dkk'], false),
  currency('rupee', 'rupees', ['inr'], false),
  currency('yuan', 'yuan', ['cny', 'rmb'], false),
  currency('peso', 'pesos', ['mxn'], false),
  currency('zloty', 'zlotys', ['pln', 'zloty'], false),
]);

export const currencySlot: SpokenSlot<Currency> = {
  ...manyCurrencies,
  rule: { name: 'currency', expansion: 'dollars | euros | pounds' },
};

/** `forty dollars`, `$40`, `five euros and fifty cents`, or a number alone. */
export const moneySlot: SpokenSlot<MoneyAmount> = {
  rule: {
    name: 'money',
    expansion: '<below_thousand> [<currency>]',
    uses: [belowThousand, currencySlot.rule],
  },
  *read(tokens, at): Iterable<Reading<MoneyAmount>> {
    for (const number of readNumber(tokens, at)) {
      for (const { value, end } of manyCurrencies.read(tokens, number.end)) {
        for (const cents of readNumber(tokens, tokens[end] === 'and' ? end + 1 : end)) {
          const hasUnit = tokens[cents.end] === 'cents' || tokens[cents.end] === 'cent';
          if (!Number.isInteger(cents.value) || cents.value < 0 || cents.value > 99) continue;
          const amount = number.value + cents.value / 100;
          yield { value: { amount, currency: value }, end: hasUnit ? cents.end + 1 : cents.end };
        }
        yield { value: { amount: number.value, currency: value }, end };
      }
      yield { value: { amount: number.value, currency: undefined }, end: number.end };
    }
  },
};

/** `fifty euros`, `a pound`: with its currency. */
export const sumOfMoneySlot: SpokenSlot<MoneyAmount & { readonly currency: Currency }> = {
  rule: {
    name: 'sum_of_money',
    expansion: '(a | one) (dollar | euro | pound) | <number> <currency>',
    uses: [numberSlot.rule, currencySlot.rule],
  },
  *read(tokens, at) {
    for (const amount of readAmount(tokens, at)) {
      for (const { value, end } of manyCurrencies.read(tokens, amount.end)) {
        yield { value: { amount: amount.value, currency: value }, end };
      }
    }
  },
};
