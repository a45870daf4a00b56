import { inFigures, replyTo } from '@parley/phrases';
import type { Generator, GeneratorEvent } from '../../call/stages/generator/generator.ts';

export interface EmbeddedAssistantOptions {
  readonly now?: () => Date;
  /** From 0 up to but not including 1. */
  readonly random?: () => number;
}

/** An assistant without a language model: it answers what the phrases of the capabilities cover, and says so if none matches. */
export function createEmbeddedAssistant(options: EmbeddedAssistantOptions = {}): Generator {
  const now = options.now ?? (() => new Date());
  const random = options.random ?? Math.random;
  return {
    name: 'embedded',
    languages: ['en'],
    answersAtOnce: true,
    async *generate(request) {
      if (request.signal.aborted) return;
      const { answer, refusal, suggestions } = replyTo(request, { now, random });
      const space = answer === '' || refusal === undefined ? '' : ' ';
      for (const text of sentencesOf(inFigures(answer + space))) {
        if (request.signal.aborted) return;
        yield { type: 'text-delta', text } satisfies GeneratorEvent;
      }
      if (request.signal.aborted) return;
      // Nothing can answer words that the recogniser could not make out.
      if (refusal !== undefined && refusal.asked.trim() !== '') {
        yield { type: 'not-understood', text: refusal.asked } satisfies GeneratorEvent;
      }
      for (const text of sentencesOf(inFigures(refusal?.text ?? ''))) {
        if (request.signal.aborted) return;
        yield { type: 'text-delta', text } satisfies GeneratorEvent;
      }
      if (request.signal.aborted) return;
      if (suggestions.length > 0) {
        const texts = suggestions.map(inFigures);
        yield { type: 'next-suggested', texts } satisfies GeneratorEvent;
      }
      yield { type: 'usage-reported', inputTokens: 0, outputTokens: 0 } satisfies GeneratorEvent;
    },
  };
}

/** Cuts a reply behind each sentence; joined again the parts are the reply. */
function sentencesOf(reply: string): string[] {
  return reply.match(/.+?(?:[.?](?=\s|$)\s*|$)/gs) ?? [];
}
