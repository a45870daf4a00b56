import { describe, expect, it } from 'vitest';
import { draw, KINDS, mutated, type Mutation } from './mutation.ts';

const CHANGE: Mutation = {
  file: 'relay/src/a.ts',
  kind: 'operator',
  line: 3,
  text: '  return a + b;',
  occurrence: 1,
  column: 11,
  original: '+',
  replacement: '-',
};

describe('a mutation', () => {
  it('is made where its line stands, after as many equal ones', () => {
    expect(mutated('  return a + b;\nx\n  return a + b;\n', CHANGE)).toBe(
      '  return a + b;\nx\n  return a - b;\n',
    );
  });

  it('follows its line to another place in the file', () => {
    const first = { ...CHANGE, occurrence: 0 };
    expect(mutated('one\ntwo\nthree\n  return a + b;', first)).toMatch(/return a - b;$/);
  });

  it('is not made if the line, or what goes on below it, is another', () => {
    expect(mutated('  return a + b;\n', CHANGE)).toBeUndefined();
    const long = { ...CHANGE, text: 'run(', occurrence: 0, column: 0, original: 'run(\n  1,\n);' };
    expect(mutated('run(\n  1,\n);\n', long)).toBe('-\n');
    expect(mutated('run(\n  2,\n);\n', long)).toBeUndefined();
  });
});

describe('a draw', () => {
  const possible = Array.from({ length: 60 }, (_, line): Mutation => {
    const kind = KINDS[line % KINDS.length] ?? 'call';
    return { ...CHANGE, kind, line, text: `line ${line}` };
  });
  const always = () => true;

  it('is the same for a seed, in any order, and another for another seed', () => {
    const drawn = draw(possible, 12, 1, always);
    expect(draw(possible.toReversed(), 12, 1, always)).toEqual(drawn);
    expect(draw(possible, 12, 2, always)).not.toEqual(drawn);
  });

  it('takes as many of each kind', () => {
    const kinds = draw(possible, 12, 1, always).map(({ kind }) => kind);
    expect(kinds).toEqual([...KINDS, ...KINDS]);
  });

  it('keeps what it has drawn when other code comes', () => {
    const drawn = draw(possible, 12, 1, always);
    const more = draw([...possible, { ...CHANGE, line: 999, text: 'new' }], 12, 1, always);
    expect(drawn.filter((one) => !more.includes(one)).length).toBeLessThanOrEqual(1);
  });

  it('takes one of a line, and none that is not sound', () => {
    const twice = [CHANGE, { ...CHANGE, column: 3 }];
    expect(draw(twice, 2, 1, always)).toHaveLength(1);
    expect(draw(possible, 60, 1, ({ line }) => line !== 7)).toHaveLength(59);
  });
});
