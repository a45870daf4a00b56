import { createHash } from 'node:crypto';

export const KINDS = ['condition', 'call', 'number', 'operator', 'boolean', 'return'] as const;
export type Kind = (typeof KINDS)[number];

/** A replacement of a piece of text, found again by what stands there, not by its line number. */
export interface Mutation {
  /** From the root of the tree, with slashes. */
  readonly file: string;
  readonly kind: Kind;
  /** Of the tree that it was drawn from, counted from 1. For its reader. */
  readonly line: number;
  /** The whole line on which the piece begins. */
  readonly text: string;
  /** How many equal lines precede it in the file. */
  readonly occurrence: number;
  /** UTF-16 units from the beginning of the line. */
  readonly column: number;
  /** The piece; it may reach beyond the line. */
  readonly original: string;
  readonly replacement: string;
}

/** @returns the mutated source, or undefined if the piece does not stand there */
export function mutated(source: string, mutation: Mutation): string | undefined {
  const { text, occurrence, column, original, replacement } = mutation;
  let passed = 0;
  let start = 0;
  for (const line of source.split('\n')) {
    if (line === text && passed++ === occurrence) {
      const at = start + column;
      if (!source.startsWith(original, at)) return undefined;
      return source.slice(0, at) + replacement + source.slice(at + original.length);
    }
    start += line.length + 1;
  }
  return undefined;
}

/**
 * Draws as many of each kind as there are, until there are `count`, and one of a line at most.
 *
 * Each possible mutation has a rank of its own, a digest of itself and the seed: code that comes or
 * goes elsewhere leaves the others in the draw.
 *
 * @param isSound - asked of those drawn only
 */
export function draw(
  possible: readonly Mutation[],
  count: number,
  seed: number,
  isSound: (mutation: Mutation) => boolean,
): Mutation[] {
  const drawn: Mutation[] = [];
  const lines = new Set<string>();
  const inOrder = KINDS.flatMap((kind) =>
    possible
      .filter((mutation) => mutation.kind === kind)
      .map((mutation) => ({ mutation, rank: rankOf(mutation, seed) }))
      .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
      .map(({ mutation }, round) => ({ mutation, round })),
  ).toSorted((a, b) => a.round - b.round);
  for (const { mutation } of inOrder) {
    if (drawn.length === count) break;
    if (lines.has(lineOf(mutation)) || !isSound(mutation)) continue;
    lines.add(lineOf(mutation));
    drawn.push(mutation);
  }
  return drawn;
}

function lineOf({ file, line }: Mutation): string {
  return `${file}:${line}`;
}

function rankOf(mutation: Mutation, seed: number): string {
  const { file, text, occurrence, column, original, replacement } = mutation;
  return createHash('sha256')
    .update(JSON.stringify([seed, file, text, occurrence, column, original, replacement]))
    .digest('hex');
}
