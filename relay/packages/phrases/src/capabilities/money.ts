import { isNumber, spokenNumber } from '../phrases/number-words.ts';
import type { Calculation } from '../phrases/slots/calculation.ts';
import {
  currencySlot,
  moneySlot,
  sumOfMoneySlot,
  type Currency,
  type MoneyAmount,
} from '../phrases/slots/money.ts';
import { numberSlot, smallNumberSlot } from '../phrases/slots/number.ts';
import { vocabularySlot } from '../phrases/vocabulary.ts';
import { capitalised } from '../phrases/wording.ts';
import { calculationToWords } from './calculation-words.ts';
import { intent, type Intent } from './intent.ts';
import type { Topic } from './phrase-context.ts';

/** What is left as a tip if no share is said, percent. */
const USUAL_TIPS = [15, 20] as const;

const WORK_OUT = '[what is | how much is | calculate | work out | figure out | give me]';

const WORK_OUT_ALOUD = WORK_OUT.replace('[', '(').replace(']', ')');

/** One rule rather than choices: each choice would bring its own copy of all sums of money. */
const offSlot = vocabularySlot('off', [{ value: undefined, spoken: ['off', 'off of'] }]);

/** Shares, tips, bills that are split, and money at a rate that the person states. */
export const moneyIntents: readonly Intent[] = [
  intent({
    phrases: ['(what is | how much is | take) <percent> percent <off> <money>'],
    slots: { percent: smallNumberSlot, off: offSlot, money: moneySlot },
    answer: ({ percent, money }) => changed(percent, 'off', money),
    topic: ({ percent, money }) => result(money.amount * (1 - percent / 100)),
  }),
  intent({
    phrases: ['how much is <money> with <percent> percent off'],
    variants: [
      `${WORK_OUT_ALOUD} <money> (with | minus | after) <percent> percent [off | discount]`,
      '(take | subtract | deduct) <percent> percent (off | from | off of) <money>',
    ],
    typed: [
      `${WORK_OUT} <percent> percent (off | discount on | off of | less than) <money>`,
      `${WORK_OUT} <money> (with | at | minus | less | after) <percent> percent [off | discount]`,
      '(take | subtract | deduct) <percent> percent (off | from | off of) <money>',
    ],
    slots: { percent: smallNumberSlot, money: moneySlot },
    answer: ({ percent, money }) => changed(percent, 'off', money),
    topic: ({ percent, money }) => result(money.amount * (1 - percent / 100)),
  }),
  intent({
    phrases: ['add <percent> percent to <money>'],
    variants: [
      `${WORK_OUT_ALOUD} <percent> percent more than <money>`,
      `${WORK_OUT_ALOUD} <money> plus <percent> percent`,
      'increase <money> by <percent> percent',
    ],
    typed: [
      `${WORK_OUT} <percent> percent (more than | on top of | added to) <money>`,
      `${WORK_OUT} <money> plus <percent> percent`,
      'increase <money> by <percent> percent',
    ],
    slots: { percent: smallNumberSlot, money: moneySlot },
    answer: ({ percent, money }) => changed(percent, 'more than', money),
    topic: ({ percent, money }) => result(money.amount * (1 + percent / 100)),
  }),
  intent({
    phrases: ['what percent of <whole> is <part>', '<part> is what percent of <whole>'],
    variants: [
      'what (percent | percentage | share) of <whole> (is | are | does) <part> [make]',
      'what (percent | percentage) (is | are) <part> (of | out of | from) <whole>',
      'how many percent (is | are) <part> of <whole>',
      'how many percent of <whole> (is | are) <part>',
      '<part> (is | are) (what | how many | which) (percent | percentage) of <whole>',
    ],
    typed: [
      '<part> as percentage of <whole>',
      '<part> out of <whole> (in percent | as percentage)',
    ],
    slots: { part: smallNumberSlot, whole: smallNumberSlot },
    answer: ({ part, whole }) => shareOf(part, whole),
    topic: ({ part, whole }) => result((part / whole) * 100),
  }),
  intent({
    phrases: ['what is a <percent> percent tip on <money>'],
    variants: [
      `${WORK_OUT_ALOUD} (a | an) <percent> percent tip (on | for) <money>`,
      `${WORK_OUT_ALOUD} tip of <percent> percent (on | for) <money>`,
      'how much is (a | an) <percent> percent tip (on | for) <money>',
      'tip <percent> percent (on | for) <money>',
    ],
    typed: [
      `${WORK_OUT} <percent> percent (tip | gratuity) (on | for | of) <money>`,
      `${WORK_OUT} tip of <percent> percent (on | for) <money>`,
      '(tip | leave tip of) <percent> percent (on | for) <money>',
      'how much (is | should i | do i | would i) [tip] <percent> percent [tip] (on | for) <money>',
    ],
    slots: { percent: smallNumberSlot, money: moneySlot },
    answer: ({ percent, money }) => tipOf(percent, money),
    topic: ({ percent, money }) => result((money.amount * percent) / 100),
  }),
  intent({
    phrases: ['how much should i tip on <money>'],
    variants: [
      'what (is | would be) [good | fair | usual] tip (on | for) <money>',
      'how much (do | should | would) (i | you | we) (tip | leave) (on | for) <money>',
      'what should i tip (on | for) <money>',
    ],
    typed: [
      `${WORK_OUT} [good | fair | usual] (tip | gratuity) (on | for | of) <money>`,
      'how much (do | should | would) (i | you | we) (tip | leave) (on | for) <money>',
      'what should i tip (on | for) <money>',
    ],
    slots: { money: moneySlot },
    answer: ({ money }) => USUAL_TIPS.map((percent) => tipOf(percent, money)).join(' '),
  }),
  intent({
    phrases: ['split <money> (between | among) <people> people', 'split <money> <people> ways'],
    variants: [
      '(split | divide | share) [bill of | check of] <money> (between | among | by | with | for | across) <people> [people | persons | friends | of us]',
      '(split | divide) <money> [in | into] <people> [equal] (ways | parts)',
      '[if] [we | i | you] (split | divide | share) <money> (between | among | by | with) <people> [people | persons | friends | of us] [what does | how much does | what do | how much do | how much must | how much has] (each | everyone | each person | we each | everybody | every one | one | everyone have) [person | of us] [pay | owe | get | to pay]',
    ],
    slots: { money: moneySlot, people: smallNumberSlot },
    answer: ({ money, people }) => splitAmong(people, money),
    topic: ({ money, people }) => result(money.amount / people),
  }),
  intent({
    phrases: [
      'how much is <money> in <currency> at <rate>',
      'convert <money> to <currency> at <rate>',
    ],
    variants: [
      '(how much | how many | what) (is | are) <money> (in | to) <currency> (at | with | for) [rate of | exchange rate of] <rate>',
      '(convert | change | exchange) <money> (in | into | to) <currency> (at | with) [rate of | exchange rate of] <rate>',
    ],
    typed: ['<money> (in | to) <currency> (at | with) [rate of | exchange rate of] <rate>'],
    slots: { money: moneySlot, currency: currencySlot, rate: numberSlot },
    answer: ({ money, currency, rate }) => exchanged(money, currency, rate),
    topic: ({ money, rate }) => result(money.amount * rate),
  }),
  intent({
    variants: [
      'if <one> (is | costs | equals | is worth) <rate> (what | how much) (is | are) <money>',
    ],
    typed: [
      'if <one> (is | costs | equals | is worth) <rate> [what | how much | how many] [is | are | does | do | costs] [it cost] <money> [cost | be | worth]',
    ],
    slots: { one: sumOfMoneySlot, rate: sumOfMoneySlot, money: moneySlot },
    answer: ({ one, rate, money }) =>
      money.currency === undefined || money.currency === one.currency
        ? exchanged({ ...money, currency: one.currency }, rate.currency, rate.amount / one.amount)
        : exchanged(money, one.currency, one.amount / rate.amount),
  }),
  intent({
    typed: [
      '(convert | change | exchange | how much is | how many is | what is) <money> (in | into | to) <currency>',
    ],
    slots: { money: sumOfMoneySlot, currency: currencySlot },
    lastResort: true,
    answer: ({ money }) =>
      `I do not know today's rates. Tell me one, such as: how much is ${wordsOf(money)} in euros at one point one?`,
  }),
];

function result(value: number): Topic | undefined {
  return Number.isFinite(value)
    ? { kind: 'number', value: { value, words: undefined } satisfies Calculation }
    : undefined;
}

function said(value: number): string {
  return spokenNumber(value, 2)?.words ?? 'that many';
}

/** To the cent, as sums of money are said. */
function wordsOf({ amount, currency }: MoneyAmount): string {
  const words = spokenNumber(Math.round(amount * 100) / 100, 2)?.words ?? 'that much';
  if (currency === undefined) return words;
  return `${words} ${amount === 1 ? currency.one : currency.many}`;
}

function changed(percent: number, relation: 'off' | 'more than', money: MoneyAmount): string {
  const factor = relation === 'off' ? 1 - percent / 100 : 1 + percent / 100;
  const after = { ...money, amount: money.amount * factor };
  return `${capitalised(said(percent))} percent ${relation} ${wordsOf(money)} is ${wordsOf(after)}.`;
}

function shareOf(part: number, whole: number): string {
  if (whole === 0)
    return calculationToWords({ value: NaN, words: '', impossible: 'division_by_zero' });
  const share = spokenNumber((part / whole) * 100, 1);
  return share === undefined
    ? 'That number is too large for me to say.'
    : `${capitalised(said(part))} ${isNumber(share)} percent of ${said(whole)}.`;
}

function tipOf(percent: number, money: MoneyAmount): string {
  const tip = { ...money, amount: (money.amount * percent) / 100 };
  return `A tip of ${said(percent)} percent on ${wordsOf(money)} is ${wordsOf(tip)}.`;
}

function splitAmong(people: number, money: MoneyAmount): string {
  if (!Number.isInteger(people) || people < 1) return 'I need to know between how many people.';
  const share = { ...money, amount: money.amount / people };
  const isExact = Math.abs(share.amount * 100 - Math.round(share.amount * 100)) < 1e-6;
  return `${capitalised(wordsOf(money))} split between ${said(people)} is ${isExact ? '' : 'about '}${wordsOf(share)} each.`;
}

function exchanged(money: MoneyAmount, currency: Currency, rate: number): string {
  const rateWords = spokenNumber(rate, 2)?.words ?? 'that rate';
  const after = { amount: money.amount * rate, currency };
  return `At ${rateWords}, ${wordsOf(money)} is ${wordsOf(after)}.`;
}
