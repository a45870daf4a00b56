import type { z } from 'zod';
import type { Speaker, ReminderBook } from '../conversation.ts';

/** What a result may depend on besides the input. */
export interface ToolContext {
  readonly now: () => Date;
  /** From 0 up to but not including 1, as `Math.random`. */
  readonly random: () => number;
  readonly person: Speaker;
  readonly reminders: ReminderBook;
  /** What the assistant said last, if anything. */
  readonly lastReply?: string | undefined;
}

export interface Tool {
  readonly name: string;
  readonly description: string;
  readonly input: z.ZodType;
  /** @param input fits the schema @returns the result in words for a language model */
  use(input: unknown, context: ToolContext): string;
}

/** A tool whose `run` the phrases of its capability call, too. */
export interface RunnableTool<Input, Result> extends Tool {
  run(input: Input, context: ToolContext): Result;
}

interface ToolDefinition<Input, Result> {
  readonly name: string;
  /** Sent to the model with every request, as the schema is: the fewer words the better. */
  readonly description: string;
  readonly input: z.ZodType<Input>;
  readonly run: (input: Input, context: ToolContext) => Result;
  /** The result in words for a language model. */
  readonly report: (result: Result) => string;
}

export function defineTool<Input, Result>({
  name,
  description,
  input,
  run,
  report,
}: ToolDefinition<Input, Result>): RunnableTool<Input, Result> {
  return {
    name,
    description,
    input,
    run,
    use: (value, context) => report(run(value as Input, context)),
  };
}
