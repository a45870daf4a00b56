import type { Slot, SpokenSlot } from '../slot.ts';
import { vocabularySlot } from '../vocabulary.ts';

export type Dimension = 'length' | 'weight' | 'volume' | 'speed' | 'temperature' | 'time' | 'area';

export interface Unit {
  readonly dimension: Dimension;
  readonly one: string;
  readonly many: string;
  /**
   * In the dimension's base: metre, kilogram, litre, metre per second, kelvin, second, square
   * metre. Factors are exact if the unit is defined by them (international yard and pound agreement
   * of 1959, US customary volumes).
   */
  readonly factor: number;
  /** Added after the factor: the zero of a temperature scale, in kelvin. */
  readonly offset?: number;
  /** The recogniser listens for it; the rarer ones can be typed. */
  readonly spoken: boolean;
  readonly typed?: readonly string[];
}

const unit = (
  dimension: Dimension,
  one: string,
  many: string,
  factor: number,
  typed: readonly string[] = [],
  rest: { spoken?: boolean; offset?: number } = {},
): Unit => ({ dimension, one, many, factor, typed, spoken: true, ...rest });

const rare = { spoken: false };

export const UNITS: readonly Unit[] = [
  unit('length', 'millimeter', 'millimeters', 0.001, ['mm', 'millimetre', 'millimetres']),
  unit('length', 'centimeter', 'centimeters', 0.01, ['cm', 'centimetre', 'centimetres']),
  unit('length', 'meter', 'meters', 1, ['m', 'metre', 'metres']),
  unit('length', 'kilometer', 'kilometers', 1000, ['km', 'kms', 'kilometre', 'kilometres']),
  unit('length', 'inch', 'inches', 0.0254, ['in']),
  unit('length', 'foot', 'feet', 0.3048, ['ft']),
  unit('length', 'yard', 'yards', 0.9144, ['yd', 'yds']),
  unit('length', 'mile', 'miles', 1609.344, ['mi']),
  unit('length', 'nautical mile', 'nautical miles', 1852, ['nmi'], rare),
  unit('weight', 'milligram', 'milligrams', 0.000_001, ['mg'], rare),
  unit('weight', 'gram', 'grams', 0.001, ['g', 'gr', 'gramme', 'grammes']),
  unit('weight', 'kilogram', 'kilograms', 1, [
    'kg',
    'kgs',
    'kilogramme',
    'kilogrammes',
    'kilo',
    'kilos',
  ]),
  unit('weight', 'metric ton', 'metric tons', 1000, ['t', 'ton', 'tons', 'tonne', 'tonnes'], rare),
  unit('weight', 'ounce', 'ounces', 0.028_349_523_125, ['oz']),
  unit('weight', 'pound', 'pounds', 0.453_592_37, ['lb', 'lbs']),
  unit('weight', 'stone', 'stones', 6.350_293_18, ['st'], rare),
  unit('volume', 'milliliter', 'milliliters', 0.001, ['ml', 'millilitre', 'millilitres']),
  unit('volume', 'liter', 'liters', 1, ['l', 'litre', 'litres']),
  unit('volume', 'teaspoon', 'teaspoons', 0.004_928_921_593_75, ['tsp']),
  unit('volume', 'tablespoon', 'tablespoons', 0.014_786_764_781_25, ['tbsp']),
  unit('volume', 'fluid ounce', 'fluid ounces', 0.029_573_529_562_5, ['fl oz'], rare),
  unit('volume', 'cup', 'cups', 0.236_588_236_5),
  unit('volume', 'pint', 'pints', 0.473_176_473, ['pt']),
  unit('volume', 'quart', 'quarts', 0.946_352_946, ['qt'], rare),
  unit('volume', 'gallon', 'gallons', 3.785_411_784, ['gal']),
  unit('speed', 'kilometer per hour', 'kilometers per hour', 1 / 3.6, [
    'kph',
    'kilometres per hour',
    'kilometre per hour',
    'kilometers an hour',
    'km per hour',
  ]),
  unit('speed', 'mile per hour', 'miles per hour', 0.447_04, ['mph', 'miles an hour']),
  unit('speed', 'meter per second', 'meters per second', 1, [
    'mps',
    'metres per second',
    'metre per second',
  ]),
  unit('speed', 'knot', 'knots', 1852 / 3600, ['kn', 'kt'], rare),
  unit(
    'temperature',
    'degree celsius',
    'degrees celsius',
    1,
    ['c', 'celsius', 'centigrade', 'degrees c', 'degrees centigrade', 'degrees in celsius'],
    {
      offset: 273.15,
    },
  ),
  unit(
    'temperature',
    'degree fahrenheit',
    'degrees fahrenheit',
    5 / 9,
    ['f', 'fahrenheit', 'degrees f', 'degrees in fahrenheit'],
    {
      offset: (459.67 * 5) / 9,
    },
  ),
  unit('temperature', 'kelvin', 'kelvin', 1, ['k', 'kelvins'], rare),
  unit('time', 'second', 'seconds', 1, ['s', 'sec', 'secs']),
  unit('time', 'minute', 'minutes', 60, ['min', 'mins']),
  unit('time', 'hour', 'hours', 3600, ['h', 'hr', 'hrs']),
  unit('time', 'day', 'days', 86_400, ['d']),
  unit('time', 'week', 'weeks', 604_800),
  unit('time', 'year', 'years', 31_536_000),
  unit('area', 'square foot', 'square feet', 0.092_903_04, ['sq ft', 'sqft', 'ft squared'], rare),
  unit(
    'area',
    'square meter',
    'square meters',
    1,
    ['m squared', 'sqm', 'square metre', 'square metres', 'sq m'],
    rare,
  ),
  unit('area', 'acre', 'acres', 4046.856_422_4, [], rare),
  unit('area', 'hectare', 'hectares', 10_000, ['ha'], rare),
];

/** Any unit, typed or spoken in any of its forms: recognisers confuse `mile` and `miles`. */
const anyUnit = vocabularySlot(
  'unit',
  UNITS.map((value) => ({
    value,
    spoken: [value.one, value.many],
    typed: value.typed ?? [],
  })),
);

export const typedUnitSlot: Slot<Unit> = { read: anyUnit.read };

/** Units of one dimension only: a grammar that allows pounds in miles hears them everywhere. */
export function spokenUnitSlot(dimension: Dimension, form: 'one' | 'many'): SpokenSlot<Unit> {
  const units = UNITS.filter((entry) => entry.dimension === dimension && entry.spoken);
  return {
    rule: {
      name: `${dimension}_${form}`,
      // Degrees are mostly said without the word.
      expansion: units.map((entry) => entry[form].replace(/^degrees? /, '')).join(' | '),
    },
    read: anyUnit.read,
  };
}

/** @returns undefined if the units measure different things */
export function convert(value: number, from: Unit, to: Unit): number | undefined {
  if (from.dimension !== to.dimension) return undefined;
  return (value * from.factor + (from.offset ?? 0) - (to.offset ?? 0)) / to.factor;
}
