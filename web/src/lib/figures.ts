/** What something cost, to the cent; what is not zero never looks like it. */
export function usdText(usd: number): string {
  if (usd > 0 && usd < 0.01) return '< $0.01';
  return `$${usd.toLocaleString('en', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** What one turn cost: to the hundredth of a cent. */
export function exactUsdText(usd: number): string {
  if (usd > 0 && usd < 0.0001) return '< $0.0001';
  return usd === 0 || usd >= 0.1 ? usdText(usd) : `$${usd.toFixed(4)}`;
}

/** A length in words: seconds below a minute, minutes below an hour. */
export function durationText(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.round(whole / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}

/** A count and its noun. */
export function countText(count: number, one: string, many: string): string {
  return `${count.toLocaleString('en')} ${count === 1 ? one : many}`;
}

/** Round steps of an axis that reaches from 0 over the largest value. */
export function roundTicks(largest: number, maxSteps = 4): readonly number[] {
  const rough = Math.max(largest, 1e-6) / maxSteps;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const count = Math.max(1, Math.ceil(largest / step - 1e-9));
  // Decimals of a step that is not a binary fraction would add up.
  return Array.from({ length: count + 1 }, (_, index) => Number((index * step).toPrecision(12)));
}
