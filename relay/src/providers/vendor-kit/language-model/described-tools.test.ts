import type { JSONSchema7 } from '@ai-sdk/provider';
import { dynamicTool, jsonSchema, type ToolSet } from '@ai-sdk/provider-utils';
import { expect, test } from 'vitest';
import { describedTools } from './model-turn.ts';

function toolsOf(schema: JSONSchema7): ToolSet {
  return {
    look: dynamicTool({
      description: 'Looks.',
      inputSchema: jsonSchema(schema),
      execute: () => '',
    }),
  };
}

test('a schema is sent without what only validators read', async () => {
  const [tool] = await describedTools(
    toolsOf({
      $schema: 'https://json-schema.org/draft-07/schema',
      title: 'LookArguments',
      type: 'object',
      additionalProperties: false,
      properties: {
        // A name of the tool's own, not a word of the schema.
        title: { type: 'string', title: 'Title', description: 'Of\n      the book.' },
        mode: { enum: ['title', 'examples'], default: { title: 'x' } },
      },
      required: ['title'],
    }),
  );
  expect(tool).toEqual({
    type: 'function',
    name: 'look',
    description: 'Looks.',
    inputSchema: {
      type: 'object',
      properties: {
        title: { type: 'string', description: 'Of the book.' },
        mode: { enum: ['title', 'examples'], default: { title: 'x' } },
      },
      required: ['title'],
    },
  });
});

test('it is the same object from request to request', async () => {
  const tools = toolsOf({ type: 'object' });
  const [[first], [second]] = [await describedTools(tools), await describedTools(tools)];
  expect(second!.inputSchema).toBe(first!.inputSchema);
});
