import type { ServerResponse } from 'node:http';
import type { FaultPlan } from '../kit/fault.ts';
import { inPieces, pause, startSse, write } from '../kit/http-answers.ts';
import { breakResponse } from '../kit/simulator-server.ts';
import type { Behaviour } from '../kit/simulator.ts';

/** How a simulated model answers. */
export interface LanguageModelBehaviour extends Behaviour {
  /** A tool, out of those offered, to use for the question before anything is answered. */
  readonly useTool?: (question: string, offered: readonly string[]) => ToolUse | undefined;
  /** How often the tool is used before the answer; once by default. */
  readonly toolRounds?: number;
  /** The answer once a tool has said `result`; without it, `result` itself. */
  readonly answerAfterTool?: (result: string) => string;
  /** What the model thinks before it answers, in the vendor's own place for it. */
  readonly think?: string;
  /** It will not answer, says not a word, and gives the vendor's own reason for it. */
  readonly refuses?: boolean;
}

export interface ToolUse {
  readonly name: string;
  readonly input: Readonly<Record<string, unknown>>;
}

/** What the model is asked, without the vendor's shape. */
export interface Asked {
  /** The last thing the person said. */
  readonly question: string;
  /** What tools answered since. */
  readonly toolResults: readonly string[];
  readonly toolNames: readonly string[];
}

/** What stands in brackets at the end was not said by the person, as every model is told. */
const NOTE_AT_END = /\s+\[[^\]]*\]$/;

export type Turn =
  /** @property isRefusal - there are no words, and the vendor's own reason for it */
  | { readonly kind: 'text'; readonly words: readonly string[]; readonly isRefusal?: true }
  | { readonly kind: 'tool'; readonly use: ToolUse };

/** What the model does: it uses a tool if it should and may, else it answers. */
export function turnFor(behaviour: LanguageModelBehaviour, asked: Asked): Turn {
  const { toolResults, toolNames } = asked;
  const question = asked.question.replace(NOTE_AT_END, '');
  if (behaviour.refuses === true) return { kind: 'text', words: [], isRefusal: true };
  const use =
    toolResults.length < (behaviour.toolRounds ?? 1)
      ? behaviour.useTool?.(question, toolNames)
      : undefined;
  if (use !== undefined && toolNames.includes(use.name)) return { kind: 'tool', use };
  const result = toolResults.at(-1);
  const text =
    result === undefined
      ? (behaviour.answer?.(question) ?? `You said: ${question}`)
      : (behaviour.answerAfterTool?.(result) ?? result);
  return { kind: 'text', words: inPieces(text) };
}

/** Four characters a token, as is usual for an estimate. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / 4);
}

/**
 * Streams server-sent events, with the faults that are planned.
 *
 * @param stream.opening - everything up to and with the first piece of the answer
 */
export async function streamEvents(
  response: ServerResponse,
  plan: FaultPlan,
  stream: {
    readonly delayMs: number | undefined;
    readonly opening: readonly string[];
    readonly rest: readonly string[];
  },
): Promise<void> {
  const fault = plan.take('first-use', ['slow', 'stall', 'malformed', 'abrupt-close']);
  const slowMs = fault?.kind === 'slow' ? fault.delayMs : 0;
  if (!(await pause(response, (stream.delayMs ?? 0) + slowMs))) return;
  if (fault?.kind === 'malformed') startSse(response);
  if (breakResponse(response, fault)) return;
  startSse(response);
  for (const event of stream.opening) response.write(event);
  const later = plan.take('mid-stream');
  if (later !== undefined) await written(response);
  if (later?.kind === 'slow') await pause(response, later.delayMs);
  if (breakResponse(response, later)) return;
  for (const event of stream.rest) if (!(await write(response, event))) return;
  response.end();
}

/** Until what was written is on its way, so that what comes next cannot overtake it. */
function written(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.write(': \n\n', () => resolve()));
}
