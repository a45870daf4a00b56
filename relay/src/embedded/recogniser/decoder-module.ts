import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import createModule, { type SoundSwallowerModule } from 'soundswallower';

const PACKAGE = import.meta.resolve('soundswallower');

/** Where the acoustic model's files are, with a slash at its end. */
export const MODEL_BASE = fileURLToPath(new URL('model/', PACKAGE));

/**
 * `fsg_history_end_frame` of the decoder, the code of its WebAssembly in version 0.6.3 of the
 * package. In each frame of 10 ms it visits a list for every pair of a state of the grammar and a
 * phone: with a grammar of 3,200 states, 130,000 lists. All but some twenty are empty, but an empty
 * list costs a call and seven reads too: 40 % of the time of a recognition.
 */
const END_FRAME = codeOf(`
  01077f 2000 28020c 2201 4100 2001 4100 4a 1b 2106
  2000 280200 280220 2201 4100 2001 4100 4a 1b 2107
  4100 2101 0340 4100 2103 2001 2007 46 45 0440
  0340 2003 2006 46 45 0440
  2003 4102 74 2204 2001 4102 74 2205 2000 280208 6a 280200 6a 2102
  0340 2002 280200 2202 0440 2000 280204 2002 280200 10bb02 2002 4108 6a 2102 0c01 0b 0b
  2000 280208 2005 6a 280200 2004 6a 280200 1023
  2000 280208 2005 6a 280200 2004 6a 4100 360200
  2003 4101 6a 2103 0c01 0b 0b
  2001 4101 6a 2101 0c01 0b 0b 0b`);

/**
 * What it is replaced by: the same work in the same order, but sixteen empty lists are passed over
 * at once. They lie side by side in the memory (`ckd_calloc_2d`).
 */
const QUICK_END_FRAME = codeOf(`
  01037f                            ;; history: i32, list: i32, end: i32, entry: i32
  2000 280208 280200 2201           ;; list = history.frame_entries[0]
  2000 28020c                       ;; history.n_ciphone
  2000 280200 280220                ;; history.fsg.n_state
  6c 4102 74 6a 2102                ;; end = list + 4 * n_ciphone * n_state
  0240 0340                         ;; loop
  2001 2002 4f 0d01                 ;;   leave it if list >= end
  2001 41c000 6a 2002 4d 0440       ;;   if list + 64 <= end
  2001 fd000200 2001 fd000210 fd50  ;;
  2001 fd000220 2001 fd000230 fd50  ;;
  fd50 fd53 45 0440                 ;;     and the 64 bytes there are all 0
  2001 41c000 6a 2101 0c02 0b 0b    ;;       list += 64, and on
  2001 280200 2203 0440             ;;   if entry = *list
  0340                              ;;     do
  2000 280204 2003 280200 10bb02    ;;       blkarray_list_append(history.entries, entry.data)
  2003 280208 2203 0d00 0b          ;;     while entry = entry.next
  2001 280200 1023                  ;;     glist_free(*list)
  2001 4100 360200 0b               ;;     *list = 0
  2001 4104 6a 2101                 ;;   list += 4
  0c00 0b 0b 0b`);

const NO_OPERATION = 0x01;
const END = 0x0b;

/** Loads the decoder; with another version of the package than the one known here, as it is. */
export async function loadDecoderModule(): Promise<SoundSwallowerModule> {
  const wasm = await readFile(new URL('soundswallower.node.wasm', PACKAGE));
  makeQuick(wasm);
  return createModule({ modelBase: MODEL_BASE, wasmBinary: Uint8Array.from(wasm).buffer });
}

/**
 * Replaces the decoder's slowest function in its WebAssembly, in place.
 *
 * @returns false, and nothing is changed, if the function is not there
 */
export function makeQuick(wasm: Buffer): boolean {
  const at = wasm.indexOf(END_FRAME);
  if (at < 0 || wasm.includes(END_FRAME, at + 1)) return false;
  const code = wasm.subarray(at, at + END_FRAME.length);
  // The size of a function stands in front of it, so that the new one must be as long.
  code.fill(NO_OPERATION);
  QUICK_END_FRAME.copy(code);
  code[QUICK_END_FRAME.length - 1] = NO_OPERATION;
  code[code.length - 1] = END;
  return true;
}

/** The bytes of hexadecimal figures; what is behind `;;` is a comment. */
function codeOf(text: string): Buffer {
  return Buffer.from(text.replaceAll(/;;.*|\s/g, ''), 'hex');
}
