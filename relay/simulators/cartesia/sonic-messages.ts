import { z } from 'zod';
import { parseJson } from '../../src/base/lib/json.ts';

const outputFormat = z.strictObject({
  container: z.literal('raw'),
  encoding: z.literal('pcm_s16le'),
  sample_rate: z.literal([8_000, 16_000, 22_050, 24_000, 44_100, 48_000]),
});

const generation = z.strictObject({
  context_id: z.string().min(1),
  model_id: z.string().regex(/^sonic-/),
  transcript: z.string(),
  voice: z.union([z.string().min(1), z.looseObject({ id: z.string().min(1) })]),
  output_format: outputFormat,
  continue: z.boolean().nullish(),
  flush: z.boolean().nullish(),
  add_timestamps: z.boolean().nullish(),
  add_phoneme_timestamps: z.boolean().nullish(),
  use_normalized_timestamps: z.boolean().nullish(),
  language: z
    .string()
    .regex(/^[a-z]{2}$/)
    .nullish(),
  locale: z.string().nullish(),
  max_buffer_delay_ms: z.number().min(0).max(5_000).nullish(),
  generation_config: z.record(z.string(), z.unknown()).optional(),
  pronunciation_dict_id: z.string().nullish(),
  normalization: z.string().nullish(),
});

const cancellation = z.strictObject({ cancel: z.literal(true), context_id: z.string().min(1) });

export type Generation = z.infer<typeof generation>;

/** What a client said; undefined where it has another shape. */
export function readClientMessage(
  text: string,
): Generation | z.infer<typeof cancellation> | undefined {
  return z.union([generation, cancellation]).safeParse(parseJson(text)).data;
}

/** Everything that all inputs of a context must have in common. */
export function constantsOf(request: Generation): string {
  const { transcript: _, continue: __, flush: ___, ...rest } = request;
  return JSON.stringify(rest, Object.keys(rest).toSorted());
}

/** Words and their times in seconds, spread over the audio by their letters. */
export function timedWords(text: string, startS: number, lengthS: number) {
  const perCharacterS = lengthS / Math.max(1, text.length);
  const found = [...text.matchAll(/\S+/g)];
  const at = (index: number) => Number((startS + index * perCharacterS).toFixed(3));
  return {
    words: found.map(([word]) => word),
    start: found.map(({ index }) => at(index)),
    end: found.map(({ index, 0: word }) => at(index + word.length)),
  };
}
