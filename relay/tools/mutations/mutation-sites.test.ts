import { expect, it } from 'vitest';
import { mutated } from './mutation.ts';
import { isSound, mutationsIn } from './mutation-sites.ts';

/** What becomes of a source, one mutation at a time. */
function mutants(source: string): readonly (string | undefined)[] {
  return mutationsIn('a.ts', source).map((mutation) => mutated(source, mutation));
}

it.each<[string, string, readonly string[]]>([
  ['a condition', 'if (a) b = c;', ['if (!(a)) b = c;']],
  ['a condition that is negated already', 'const a = !b ? c : d;', ['const a = (b) ? c : d;']],
  ['an equality', 'while (a === b) c;', ['while (a !== b) c;']],
  ['a call without a result', 'this.a?.b(c);', [';']],
  ['a call that is awaited', 'await a();', [';']],
  ['a small number', 'a[0] = b;', ['a[1] = b;']],
  ['a large number', 'const A_MS = 30_000;', ['const A_MS = 60000;']],
  ['a bound', 'const a = b < c;', ['const a = b <= c;']],
  ['both sides of a choice', 'const a = (b) && c;', ['const a = (b) || c;']],
  ['a sum', 'a += b;', ['a -= b;']],
  ['a count', 'a++;', ['a--;']],
  ['a value with a type', 'const a = (b + c)! as D;', ['const a = (b - c)! as D;']],
])('changes %s', (_, source, expected) => {
  expect(mutants(source)).toEqual(expect.arrayContaining([...expected]));
});

it('changes what a function returns', () => {
  expect(mutants('function a() { return { b }; }')).toEqual(['function a() { return undefined; }']);
});

it.each([
  ['imports', "import { a } from 'b';\nexport { c } from 'd';\nexport * from 'e';"],
  ['types', 'type A = 1 | true;\ninterface B { c: 2 }\ndeclare const d: 3;\nlet e: 4;'],
  ['logs', "this.#log.info({ a: 1 + 2 }, 'b');\nlogger?.warn(3);\nthis.#log('info', 4);"],
  ['errors', "if (a === b) throw new ParleyError(1, 'c' + d);\nconst e = new TypeError(f(2));"],
  ['texts', "const a = 'b' + c + `d`;"],
  ['names', 'const a = { 1: b };'],
  ['the step of a loop', 'for (const a of b); for (;; i++);'],
])('leaves %s alone', (_, source) => {
  const changed = mutationsIn('a.ts', source).filter(({ original }) => original !== '===');
  expect(changed).toEqual([]);
});

it('says of a change whether it can be parsed', () => {
  const source = 'const a = b ?? c ?? d;';
  expect(mutationsIn('a.ts', source).map((one) => isSound(source, one))).toEqual([false, false]);
  const simple = 'const a = b ?? c;';
  expect(mutationsIn('a.ts', simple).map((one) => isSound(simple, one))).toEqual([true]);
});
