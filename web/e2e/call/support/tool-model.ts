import { CATALOGUE } from '@parley/relay/testing';
import type { RelaySettings } from './real-relay.ts';

/** The answer to all that calls for no function. */
const ANSWER = '7 times 8 is 56.';

/** What is asked with one of these words calls the function beside it, if the page offers it. */
const CALLS = [
  { word: 'order', name: 'order_status', input: { order: '7' } },
  { word: 'blue', name: 'paint', input: { to: 'blue' } },
] as const;

export interface ToolModel extends AsyncDisposable {
  /** For a relay that asks it. */
  readonly settings: RelaySettings;
  /** What functions have answered. */
  readonly outputs: readonly string[];
}

/** A language model that calls the page's functions. */
export async function startToolModel(): Promise<ToolModel> {
  const outputs: string[] = [];
  const behaviour = {
    answer: () => ANSWER,
    useTool: (question: string, offered: readonly string[]) =>
      CALLS.find(({ word, name }) => question.includes(word) && offered.includes(name)),
    answerAfterTool(output: string) {
      outputs.push(output);
      return 'I was told.';
    },
  };
  const simulator = await CATALOGUE.groq.start(behaviour);
  return {
    settings: { ...CATALOGUE.groq.environment(simulator), GENERATORS: 'groq' },
    outputs,
    [Symbol.asyncDispose]: () => simulator[Symbol.asyncDispose](),
  };
}
