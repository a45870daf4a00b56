/** What a refusal says of the context: tokens, as the server counts them. */
export interface ContextTold {
  /** How many the server takes. */
  readonly maxTokens: number | undefined;
  /** How many it was sent; without the answer's, if it says so. */
  readonly sentTokens: number | undefined;
}

const NUMBER = String.raw`(\d[\d,]*)`;

/** In order: of several numbers in one sentence, the one that says most comes first. */
const MAX_WORDINGS = [
  `maximum (?:context|model|prompt) length (?:is|of) ${NUMBER}`,
  `"n_ctx" ?: ?${NUMBER}`,
  `> ${NUMBER} maximum`,
  `maximum number of tokens allowed \\(${NUMBER}\\)`,
  `context (?:length|window|size) of (?:only )?${NUMBER}`,
  `must be <= ${NUMBER}`,
  `with ${NUMBER} maximum context`,
  `Limit:? ${NUMBER}`,
].map((wording) => new RegExp(wording, 'i'));

const SENT_WORDINGS = [
  `\\(${NUMBER} (?:in the messages|in your prompt|of text input)`,
  `request has ${NUMBER} input tokens`,
  `resulted in ${NUMBER} tokens`,
  `"n_prompt_tokens" ?: ?${NUMBER}`,
  `prompt is too long: ${NUMBER}`,
  `input token count \\(${NUMBER}\\)`,
  `contains ${NUMBER} tokens`,
  `decoder prompt \\(length ${NUMBER}\\)`,
  `Given: ${NUMBER}`,
  `first ${NUMBER} tokens`,
  `requested:? (?:about |a total of |tokens \\()?${NUMBER}`,
].map((wording) => new RegExp(wording, 'i'));

/**
 * Reads the numbers out of a refusal because of the context, as OpenAI, Anthropic, Google, Groq,
 * vLLM, SGLang, llama.cpp, LM Studio, TGI and xAI word it.
 */
export function readContext(refusal: string): ContextTold {
  return {
    maxTokens: firstNumber(refusal, MAX_WORDINGS),
    sentTokens: firstNumber(refusal, SENT_WORDINGS),
  };
}

function firstNumber(text: string, wordings: readonly RegExp[]): number | undefined {
  for (const wording of wordings) {
    const digits = wording.exec(text)?.[1];
    if (digits !== undefined) return Number(digits.replaceAll(',', ''));
  }
  return undefined;
}
