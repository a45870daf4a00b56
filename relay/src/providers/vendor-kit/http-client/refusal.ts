/**
 * The subject of a vendor's refusal, as far as its own words say:
 *
 * - `context`: the request is longer than the model's context, or than what may be sent at once
 * - `reasoning`: how much the model is to think cannot be said, or not together with tools
 * - `tools`: tools are not taken, by this model or as this server was started
 * - `content`: what was said or is to be said, which the vendor's rules do not allow
 * - `configuration`: the model, the key, the account or a setting; every request is refused
 * - `request`: this one request, for another reason
 */
export type RefusalCause =
  | 'context'
  | 'content'
  | 'reasoning'
  | 'tools'
  | 'configuration'
  | 'request';

/** Those of which other people's requests need not have anything. */
export const PERSONAL_CAUSES: ReadonlySet<RefusalCause> = new Set(['context', 'content']);

/**
 * In order: what several of them match is about the first. Each wording was seen in the answers of
 * a server: OpenAI, Anthropic, Google, Groq, vLLM, SGLang, llama.cpp, Ollama, LM Studio, LiteLLM, TGI.
 */
const WORDINGS: readonly (readonly [RefusalCause, RegExp])[] = [
  [
    'context',
    /context.?(length|window|size)|maximum (context|model length|prompt length)|prompt is too long|prompt too long|input (length|is) (too long|exceeds)|too many tokens|input token count.*exceeds|tokens (in request )?(more than|exceeds?) (max )?token|reduce the length of|request too large for model|max_new_tokens|greater than the context/i,
  ],
  [
    'content',
    /moderation|flagged|content[_ -](policy|filter|management)|safety (system|polic)|violat\w+ .{0,40}polic/i,
  ],
  [
    'reasoning',
    /reasoning[_. -]?effort|enable_thinking|chat_template_kwargs|thinking[_ -]?(config|level|budget|type)|support (thinking|reasoning)|[\s"']thinking(\.\w+)*: /i,
  ],
  ['tools', /\btools?\b|tool[_ -]?(choice|use|call)|function[_ -]?call|enable-auto-tool/i],
  [
    'configuration',
    /\bmodels?\b.{0,120}\b(not (be )?(found|exist|available|loaded|installed|supported|recogni[sz]ed)|does ?n[o']t exist|decommissioned|deprecated|unknown)|(invalid|unknown|unsupported|no such|no) models?\b|model_(not_found|not_available|decommissioned|terms_required)|voice.{0,60}not (found|exist|available|supported)|voice_not_found|api[_ -]?key|credit balance|billing|insufficient_quota|unsupported_(parameter|value)|unknown_parameter|unsupported_country/i,
  ],
];

/** @param body - of the refusal, or its beginning; it may be of any form */
export function causeOfRefusal(body: string): RefusalCause {
  return WORDINGS.find(([, wording]) => wording.test(body))?.[0] ?? 'request';
}
