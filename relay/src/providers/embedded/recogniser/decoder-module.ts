import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import createModule, { type SoundSwallowerModule } from 'soundswallower';
import { changeCode, codeOf, type CodeChange } from './code-section.ts';

const PACKAGE = import.meta.resolve('soundswallower');

/** Where the acoustic model's files are, with a slash at its end. */
export const MODEL_BASE = fileURLToPath(new URL('model/', PACKAGE));

/**
 * `fsg_history_end_frame` of the decoder, the code of its WebAssembly in version 0.6.3 of the
 * package. In each frame of 10 ms it visits a list for every pair of a state of the grammar and a
 * phone: with a grammar of 3,200 states, 130,000 lists. All but some twenty are empty, but an empty
 * list costs a call and seven reads too: 40 % of the time of a recognition.
 *
 * It is replaced by the same work in the same order, but sixteen empty lists are passed over at
 * once. They lie side by side in the memory (`ckd_calloc_2d`).
 */
const END_FRAME: CodeChange = {
  from: codeOf(`
    01077f 2000 28020c 2201 4100 2001 4100 4a 1b 2106
    2000 280200 280220 2201 4100 2001 4100 4a 1b 2107
    4100 2101 0340 4100 2103 2001 2007 46 45 0440
    0340 2003 2006 46 45 0440
    2003 4102 74 2204 2001 4102 74 2205 2000 280208 6a 280200 6a 2102
    0340 2002 280200 2202 0440 2000 280204 2002 280200 10bb02 2002 4108 6a 2102 0c01 0b 0b
    2000 280208 2005 6a 280200 2004 6a 280200 1023
    2000 280208 2005 6a 280200 2004 6a 4100 360200
    2003 4101 6a 2103 0c01 0b 0b
    2001 4101 6a 2101 0c01 0b 0b 0b`),
  to: codeOf(`
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
    0c00 0b 0b 0b`),
};

/**
 * The beginning of `ptm_mgau_frame_eval`, which finds the few Gaussians of each phone's codebook
 * that fit a frame best, and from them the scores of the sounds that a decoder asks for. Two
 * variables of four numbers are added to it (27, 28).
 */
const GAUSSIAN_VARIABLES: CodeChange = {
  from: codeOf('03 117f 027d 017e      2300 4110 6b 2216 2400 2000 2000 280228'),
  to: codeOf('  04 117f 027d 017e 027b 2300 4110 6b 2216 2400 2000 2000 280228'),
};

/**
 * The same function: which codebooks it visits. If its history is long, all: other decoders read
 * there what they need.
 */
const CODEBOOKS: CodeChange = {
  from: codeOf('0240 2006                      0440 2008 41ff01 2007 101d 1a'),
  to: codeOf('  0240 2006 2000 280230 4103 4e 72 0440 2008 41ff01 2007 101d 1a'),
};

/**
 * The same function: the score of one Gaussian, which is the less the farther the frame is from its
 * mean in each of thirteen dimensions. The original leaves off as soon as the Gaussian cannot be
 * among the best. Four dimensions at once take half the time, although all are computed.
 */
const GAUSSIAN: CodeChange = {
  from: codeOf(`
    0340 2018 2019 60 45 2008 2015 4e 72 45 0440 2008 4101 6a 2108
    2018 2007 2a0200 2009 2a0200 200a 2a0200 93 2218 2018 94 94 93 2118
    2007 4104 6a 2107 2009 4104 6a 2109 200a 4104 6a 210a 0c01 0b 0b
    0340 2008 200f 4e 2210 2018 2019 60 45 72 45 0440
    2018 2007 2a0200 2009 2a0200 200a 2a0200 93 2218 2018 94 94 93
    2007 2a0204 2009 2a0204 200a 2a0204 93 2218 2018 94 94 93
    2007 2a0208 2009 2a0208 200a 2a0208 93 2218 2018 94 94 93
    2007 2a020c 2009 2a020c 200a 2a020c 93 2218 2018 94 94 93 2118
    2008 4104 6a 2108 200a 4110 6a 210a 2009 4110 6a 2109 2007 4110 6a 2107 0c01 0b 0b`),
  to: codeOf(`
    0340 2008 2015 48 0440                    ;; while dimension < dimensions % 4
    2018 2007 2a0200                          ;;   score -= *variance *
    2009 2a0200 200a 2a0200 93 2218 2018 94   ;;     (*frame - *mean) squared
    94 93 2118
    2008 4101 6a 2108 2007 4104 6a 2107       ;;   dimension += 1, variance += 4,
    2009 4104 6a 2109 200a 4104 6a 210a       ;;   frame += 4, mean += 4
    0c01 0b 0b
    43 00000000 fd13 211b                     ;; sums = [0, 0, 0, 0]
    0340 2008 200f 48 0440                    ;; while dimension < dimensions
    201b 2007 fd000200                        ;;   sums += variance[0 … 3] *
    2009 fd000200 200a fd000200 fde501 221c   ;;     (frame[0 … 3] - mean[0 … 3]) squared
    201c fde601 fde601 fde401 211b
    2008 4104 6a 2108 2007 4110 6a 2107       ;;   dimension += 4, variance += 16,
    2009 4110 6a 2109 200a 4110 6a 210a       ;;   frame += 16, mean += 16
    0c01 0b 0b
    2018 201b fd1f00 201b fd1f01 92           ;; score -= the sum of sums
    201b fd1f02 92 201b fd1f03 92 93 2118
    4101 2110                                 ;; isWhole = 1`),
};

const CHANGES = [END_FRAME, GAUSSIAN_VARIABLES, CODEBOOKS, GAUSSIAN];

/** Loads the decoder. */
export async function loadDecoderModule(): Promise<{
  readonly module: SoundSwallowerModule;
  /** Whether the package is the version that is known here; if not, it is as it comes. */
  readonly isKnown: boolean;
}> {
  const wasm = await readFile(new URL('soundswallower.node.wasm', PACKAGE));
  const quick = makeQuick(wasm);
  const wasmBinary = Uint8Array.from(quick ?? wasm).buffer;
  const module = await createModule({ modelBase: MODEL_BASE, wasmBinary });
  return { module, isKnown: quick !== undefined };
}

/**
 * Replaces what is slowest in the decoder's WebAssembly.
 *
 * @returns undefined if it is not the code that is known here
 */
export function makeQuick(wasm: Buffer): Buffer | undefined {
  return changeCode(wasm, CHANGES);
}
