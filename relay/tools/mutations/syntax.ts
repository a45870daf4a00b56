import { parseAst } from 'vitest/node';

/** A node of the ESTree syntax, with TypeScript's own nodes; offsets in UTF-16 units. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

/**
 * TypeScript 7 parses in another process only; Vitest brings the parser of its own bundler along.
 *
 * @throws Error if it is not TypeScript
 */
export function parse(source: string, isJsx = false): SyntaxNode {
  return parseAst(source, { lang: isJsx ? 'tsx' : 'ts' }) as unknown as SyntaxNode;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && 'type' in value && 'start' in value;
}

/** The nodes directly below one, in the order of its properties. */
export function childrenOf(node: SyntaxNode): readonly SyntaxNode[] {
  return Object.values(node).flatMap((value) =>
    Array.isArray(value) ? value.filter(isNode) : isNode(value) ? [value] : [],
  );
}
