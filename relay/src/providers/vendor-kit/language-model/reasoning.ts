/** How much a model may think before it answers; `default`: as the vendor has it. */
export const REASONINGS = ['none', 'minimal', 'low', 'medium', 'high', 'default'] as const;
export type Reasoning = (typeof REASONINGS)[number];

/**
 * What it may think, tokens, which vendors count as part of the answer's length. Some models cannot
 * do without, and do the least they can if they are asked not to think at all.
 */
export const THINKING_TOKENS: Readonly<Record<Reasoning, number>> = {
  none: 1_024,
  minimal: 1_024,
  low: 4_096,
  medium: 8_192,
  high: 16_384,
  default: 8_192,
};
