import type { Clock } from '../../src/lib/clock.ts';
import type { GenerateRequest, Generator, GeneratorEvent } from '../../src/stages/generator.ts';
import { perform, type Step } from './script.ts';

export interface ScriptedGeneratorOptions {
  readonly clock: Clock;
  /** The reply to a request; without it, the last words are repeated. */
  readonly reply?: (request: GenerateRequest) => Iterable<Step<GeneratorEvent>>;
  readonly ignoresAbort?: boolean;
}

/** A generator that answers by script and remembers what it was asked. */
export class ScriptedGenerator implements Generator {
  readonly name = 'scripted-generator';
  readonly requests: GenerateRequest[] = [];
  readonly #options: ScriptedGeneratorOptions;

  constructor(options: ScriptedGeneratorOptions) {
    this.#options = options;
  }

  generate(request: GenerateRequest): AsyncIterable<GeneratorEvent> {
    this.requests.push(request);
    const { reply = repeat } = this.#options;
    return perform(reply(request), { ...this.#options, signal: request.signal });
  }
}

export function words(text: string): Step<GeneratorEvent> {
  return { give: { type: 'text-delta', text } };
}

function repeat({ history }: GenerateRequest): Step<GeneratorEvent>[] {
  return [
    words(`You said ${history.at(-1)?.text}.`),
    { give: { type: 'usage-reported', inputTokens: 7, outputTokens: 3 } },
  ];
}
