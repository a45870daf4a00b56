import { z } from 'zod';
import type { Asked } from './language-model-behaviour.ts';

const cacheControl = z.strictObject({ type: z.literal('ephemeral') }).optional();

const textBlock = z.strictObject({
  type: z.literal('text'),
  text: z.string().min(1),
  cache_control: cacheControl,
});

const toolResultBlock = z.strictObject({
  type: z.literal('tool_result'),
  tool_use_id: z.string().min(1),
  content: z.union([z.string(), z.array(textBlock)]).optional(),
  is_error: z.boolean().optional(),
  cache_control: cacheControl,
});

const assistantBlock = z.discriminatedUnion('type', [
  textBlock,
  z.strictObject({ type: z.literal('thinking'), thinking: z.string(), signature: z.string() }),
  z.strictObject({
    type: z.literal('tool_use'),
    id: z.string().min(1),
    name: z.string().min(1),
    input: z.looseObject({}),
    cache_control: cacheControl,
  }),
]);

/** What `/v1/messages` takes, of what is used here; anything else is an extra input. */
export const anthropicRequest = z.strictObject({
  model: z.string().min(1),
  max_tokens: z.int().positive(),
  stream: z.literal(true),
  system: z.union([z.string().min(1), z.array(textBlock)]).optional(),
  messages: z
    .array(
      z.discriminatedUnion('role', [
        z.strictObject({
          role: z.literal('user'),
          content: z.union([
            z.string().min(1),
            z.array(z.discriminatedUnion('type', [textBlock, toolResultBlock])).min(1),
          ]),
        }),
        z.strictObject({
          role: z.literal('assistant'),
          content: z.union([z.string().min(1), z.array(assistantBlock).min(1)]),
        }),
      ]),
    )
    .min(1),
  tools: z
    .array(
      z.strictObject({
        name: z.string().regex(/^[\w-]{1,128}$/),
        description: z.string().optional(),
        input_schema: z.looseObject({ type: z.literal('object') }),
        eager_input_streaming: z.boolean().optional(),
        strict: z.boolean().optional(),
      }),
    )
    .optional(),
  tool_choice: z
    .strictObject({
      type: z.enum(['auto', 'none', 'any']),
      disable_parallel_tool_use: z.boolean().optional(),
    })
    .optional(),
  temperature: z.number().min(0).max(1).optional(),
  thinking: z.looseObject({ type: z.enum(['enabled', 'disabled', 'adaptive']) }).optional(),
  output_config: z.strictObject({ effort: z.string() }).optional(),
});

export type AnthropicRequest = z.infer<typeof anthropicRequest>;
type Block = Exclude<AnthropicRequest['messages'][number]['content'], string>[number];

/** A talk begins with the person, and every tool that was used is answered at once. */
export function wrongOrder({ messages }: AnthropicRequest): string | undefined {
  if (messages[0]?.role !== 'user') return 'The first message is not the user’s.';
  let open: string[] = [];
  for (const { role, content } of messages) {
    const blocks = typeof content === 'string' ? [] : content;
    const answered = blocks.flatMap((block) =>
      block.type === 'tool_result' ? [block.tool_use_id] : [],
    );
    if (role === 'user' && open.toSorted().join() !== answered.toSorted().join()) {
      return 'The tool_use ids and the tool_result ids after them are not the same.';
    }
    open = blocks.flatMap((block) => (block.type === 'tool_use' ? [block.id] : []));
  }
  return messages.at(-1)?.role === 'user' ? undefined : 'The last message is not the user’s.';
}

export function askedBy(body: AnthropicRequest): Asked {
  const spokenAt = body.messages.findLastIndex(
    ({ role, content }) =>
      role === 'user' &&
      (typeof content === 'string' || content.some(({ type }) => type === 'text')),
  );
  const blocks = body.messages
    .slice(spokenAt)
    .flatMap(({ content }): readonly Block[] => (typeof content === 'string' ? [] : content));
  const spoken = body.messages[spokenAt]?.content ?? '';
  return {
    question: typeof spoken === 'string' ? spoken : textOf(spoken),
    toolResults: blocks.flatMap((block) =>
      block.type === 'tool_result'
        ? [typeof block.content === 'string' ? block.content : textOf(block.content ?? [])]
        : [],
    ),
    toolNames: body.tool_choice?.type === 'none' ? [] : (body.tools ?? []).map(({ name }) => name),
  };
}

function textOf(blocks: readonly object[]): string {
  return blocks.map((block) => ('text' in block ? String(block.text) : '')).join('');
}
