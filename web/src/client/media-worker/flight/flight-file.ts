import type { FlightRecorder } from '@parley/shared/flight/flight-recorder';

/** The voice of a running call must not wait longer than this for the file to be written. */
const SLICE_MS = 4;

/** The recording as a file, made in slices: a call may be running. */
export async function flightFile(recorder: FlightRecorder): Promise<Blob> {
  const lines: string[] = [];
  let sliceMs = performance.now();
  for (const line of recorder.lines(new Date())) {
    lines.push(line, '\n');
    if (performance.now() - sliceMs < SLICE_MS) continue;
    await new Promise((resolve) => {
      setTimeout(resolve);
    });
    sliceMs = performance.now();
  }
  return new Blob(lines, { type: 'application/jsonl' });
}
