import type { Attributes } from '@opentelemetry/api';
import type { ProviderAttempt, ProviderUse, Stage } from '../../call/stages/provider.ts';

/**
 * What a stage does, as OpenTelemetry's conventions for generative AI name it; they have no word
 * for the recognition of speech or for a voice.
 */
const OPERATIONS: Readonly<Record<Stage, string>> = {
  transcriber: 'transcription',
  generator: 'chat',
  synthesizer: 'speech',
};

const OUTPUTS: Readonly<Record<Stage, string>> = {
  transcriber: 'text',
  generator: 'text',
  synthesizer: 'speech',
};

/** `{operation} {model}`, or without the model if it is not known. */
export function nameOfStage(stage: Stage, model: string | undefined): string {
  return model === undefined ? OPERATIONS[stage] : `${OPERATIONS[stage]} ${model}`;
}

export function attributesOfStage(stage: Stage, provider: string): Attributes {
  return {
    'gen_ai.operation.name': OPERATIONS[stage],
    'gen_ai.output.type': OUTPUTS[stage],
    'gen_ai.provider.name': provider,
    'parley.stage': stage,
  };
}

export function attributesOfAttempt({ outcome, fault }: ProviderAttempt): Attributes {
  return { 'parley.outcome': outcome, ...(fault !== null && { 'error.type': fault }) };
}

/** Of an attempt that took something; units that the stage does not count are left out. */
export function attributesOfUse({ model, units, purpose, isEstimated }: ProviderUse): Attributes {
  const counted: Readonly<Record<string, number | undefined>> = {
    'gen_ai.usage.input_tokens': units.inputTokens,
    'gen_ai.usage.output_tokens': units.outputTokens,
    'gen_ai.usage.cache_read.input_tokens': units.cachedInputTokens,
    'gen_ai.usage.cache_creation.input_tokens': units.cacheWriteTokens,
    'parley.usage.audio_ms': units.audioMs,
    'parley.usage.characters': units.characters,
  };
  return {
    ...Object.fromEntries(
      Object.entries(counted).flatMap(([name, value]) =>
        value === undefined ? [] : [[name, value]],
      ),
    ),
    'gen_ai.request.model': model,
    'parley.usage.purpose': purpose,
    'parley.usage.is_estimated': isEstimated,
  };
}
