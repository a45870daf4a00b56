import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import { asSchema, type ToolSet } from 'ai';

type FunctionInput = LanguageModelV4FunctionTool['inputSchema'];

/** Made once for each: it is the same from request to request. */
const compacted = new WeakMap<object, Promise<FunctionInput>>();

/** Tools as they are described to a model, in every request: without what only validators read. */
export async function describedTools(tools: ToolSet): Promise<LanguageModelV4FunctionTool[]> {
  return Promise.all(
    Object.entries(tools).map(async ([name, { description, inputSchema }]) => {
      const known = compacted.get(inputSchema) ?? compactSchema(inputSchema);
      compacted.set(inputSchema, known);
      return {
        type: 'function',
        name,
        ...(typeof description === 'string' ? { description } : {}),
        inputSchema: await known,
      };
    }),
  );
}

async function compactSchema(schema: ToolSet[string]['inputSchema']): Promise<FunctionInput> {
  return compact(await asSchema(schema).jsonSchema) as FunctionInput;
}

/** What a model does not need to call a tool; 40 tools of others were 21 kB a request with it. */
const NOT_FOR_MODELS: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$comment',
  'title',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
]);
/** Below these stand names of the tool's own, which may be any word. */
const NAMES: ReadonlySet<string> = new Set([
  'properties',
  'patternProperties',
  '$defs',
  'definitions',
]);

function compact(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(compact);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([key, value]) =>
      !NOT_FOR_MODELS.has(key) && !(key === 'additionalProperties' && value === false),
  );
  return Object.fromEntries(kept.map(([key, value]) => [key, compactPart(key, value)]));
}

function compactPart(key: string, value: unknown): unknown {
  // Data, in which these words mean something else.
  if (key === 'default' || key === 'const' || key === 'enum' || key === 'required') return value;
  if (key === 'description' && typeof value === 'string')
    return value.replaceAll(/\s+/g, ' ').trim();
  if (!NAMES.has(key) || typeof value !== 'object' || value === null) return compact(value);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, compact(part)]));
}
