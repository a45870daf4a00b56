import type { Clock } from '../../src/base/lib/clock.ts';
import type {
  GenerateRequest,
  Generator,
  GeneratorEvent,
  Summary,
  SummaryRequest,
} from '../../src/call/stages/generator/generator.ts';
import { perform, type Step } from './script.ts';

export interface ScriptedGeneratorOptions {
  readonly clock: Clock;
  /** The reply to a request; without it, the last words are repeated. */
  readonly reply?: (request: GenerateRequest) => Iterable<Step<GeneratorEvent>>;
  readonly ignoresAbort?: boolean;
  /** Without it, its use costs nothing and is not reported. */
  readonly model?: string;
  /** How much of a conversation it is sent; without it, it has no use for summaries. */
  readonly historyTokens?: number;
  /** What it does when a summary is asked for. */
  readonly summarise?: (request: SummaryRequest) => Promise<Summary>;
}

/** A generator that answers by script and remembers what it was asked. */
export class ScriptedGenerator implements Generator {
  readonly name = 'scripted-generator';
  readonly requests: GenerateRequest[] = [];
  readonly model?: string;
  readonly historyTokens?: number;
  readonly summarise?: (request: SummaryRequest) => Promise<Summary>;
  readonly #options: ScriptedGeneratorOptions;

  constructor(options: ScriptedGeneratorOptions) {
    this.#options = options;
    const { model, historyTokens, summarise } = options;
    if (model !== undefined) this.model = model;
    if (historyTokens !== undefined) this.historyTokens = historyTokens;
    if (summarise !== undefined) this.summarise = summarise;
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
