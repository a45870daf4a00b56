import { expect, test } from 'vitest';
import { readSettings } from '../../base/config/read-settings.ts';
import { priceOf } from '../../people/metering/prices.ts';
import { VENDORS } from './vendors.ts';

/** What its operator owns has no list price. */
const OWN = new Set(['compatible', 'embedded', 'browser']);

const rows = VENDORS.filter(({ id, repeats }) => !OWN.has(repeats ?? id)).flatMap((vendor) => {
  const values = readSettings(vendor.settings, {});
  return vendor.candidates.map((candidate) => ({
    name: candidate.name,
    stage: candidate.stage,
    model: candidate.model?.(values),
  }));
});

test.each(rows)('$name as $stage says its model, which has a price', ({ name, model }) => {
  expect(model).toBeTypeOf('string');
  expect(priceOf(name, model)).toBeDefined();
});
