import { describe, expect, it } from 'vitest';
import { changeCode, codeOf } from './code-section.ts';

/** A module that exports `f`, which returns 7, and has a function of 200 instructions that do nothing. */
const MODULE = codeOf(`
  0061736d 01000000
  01 05 01 60 00 01 7f         ;; a type: () → i32
  03 03 02 00 00               ;; two functions of it
  07 05 01 01 66 00 00         ;; the first is exported as "f"
  0a d4 01 02                  ;; code
  04 00 41 07 0b
  cc 01 00 ${'01'.repeat(200)} 41 01 0b
`);

async function callF(wasm: Buffer): Promise<unknown> {
  const module = await WebAssembly.compile(Uint8Array.from(wasm));
  return (new WebAssembly.Instance(module, {}).exports['f'] as () => unknown)();
}

describe('changeCode', () => {
  it('lets a function do something else that takes more room', async () => {
    expect(await callF(MODULE)).toBe(7);
    const to = codeOf(`00 ${'41051a'.repeat(50)} 4108`);
    const changed = changeCode(MODULE, [{ from: codeOf('00 4107'), to }]);
    expect(await callF(changed!)).toBe(8);
  });

  it('makes every change or none', () => {
    const known = { from: codeOf('00 4107'), to: codeOf('00 4108') };
    const unknown = { from: codeOf('00 4109'), to: codeOf('00 4108') };
    const twice = { from: codeOf('0b'), to: codeOf('0b') };
    expect(changeCode(MODULE, [known])).toBeDefined();
    expect(changeCode(MODULE, [known, unknown])).toBeUndefined();
    expect(changeCode(MODULE, [known, twice])).toBeUndefined();
    expect(changeCode(Buffer.alloc(1_000, 7), [known])).toBeUndefined();
  });
});
