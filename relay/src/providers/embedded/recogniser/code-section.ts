/** A stretch of a function's code in a WebAssembly module, and what is to stand there instead. */
export interface CodeChange {
  readonly from: Buffer;
  readonly to: Buffer;
}

const HEADER_BYTES = 8;
const CODE_SECTION = 10;

/**
 * Changes functions of a WebAssembly module. Their sizes may change: branches and calls are by
 * nesting and number, not by address.
 *
 * @returns undefined if the code of a change is not there exactly once
 */
export function changeCode(wasm: Buffer, changes: readonly CodeChange[]): Buffer | undefined {
  const counts = changes.map(() => 0);
  const changed = (code: Buffer): Buffer =>
    changes.reduce((before, { from, to }, index) => {
      const at = before.indexOf(from);
      if (at === -1) return before;
      counts[index]! += before.includes(from, at + 1) ? 2 : 1;
      return Buffer.concat([before.subarray(0, at), to, before.subarray(at + from.length)]);
    }, code);

  const parts = [wasm.subarray(0, HEADER_BYTES)];
  for (let at = HEADER_BYTES; at < wasm.length;) {
    const id = wasm[at]!;
    const size = readNumber(wasm, at + 1);
    const end = size.end + size.value;
    if (id === CODE_SECTION) {
      const section = mapFunctions(wasm.subarray(size.end, end), changed);
      parts.push(Buffer.from([id]), number(section.length), section);
    } else parts.push(wasm.subarray(at, end));
    at = end;
  }
  return counts.every((count) => count === 1) ? Buffer.concat(parts) : undefined;
}

/** Bytes in hexadecimal figures; what is behind `;;` is a comment. */
export function codeOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/;;.*|\s/g, ''), 'hex');
}

/** @param section - how many functions, then the size and the code of each */
function mapFunctions(section: Buffer, change: (code: Buffer) => Buffer): Buffer {
  const { end: begin } = readNumber(section, 0);
  const parts = [section.subarray(0, begin)];
  for (let at = begin; at < section.length;) {
    const size = readNumber(section, at);
    const end = size.end + size.value;
    const code = change(section.subarray(size.end, end));
    parts.push(number(code.length), code);
    at = end;
  }
  return Buffer.concat(parts);
}

/** Unsigned LEB128: seven bits a byte, the lowest first. */
function readNumber(bytes: Buffer, from: number) {
  let value = 0;
  for (let at = from, factor = 1; ; at += 1, factor *= 0x80) {
    const byte = bytes[at] ?? 0;
    value += (byte & 0x7f) * factor;
    if (byte < 0x80) return { value, end: at + 1 };
  }
}

function number(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
