import { writeFile } from 'node:fs/promises';
import { FlightRecorder } from '@parley/shared/flight/flight-recorder';
import { UsageError } from '../../tools/command-line.ts';

/** A flight recorder for a terminal call, speech included: its files were given to be sent. */
export function callRecorder(): FlightRecorder {
  const recorder = new FlightRecorder(performance.now(), { client: 'terminal' });
  recorder.setAudioConsent(true);
  return recorder;
}

/** A recording as a file's text. */
export function recordingOf(recorder: FlightRecorder): string {
  return `${[...recorder.lines(new Date())].join('\n')}\n`;
}

/** @throws UsageError */
export async function writeRecording(path: string, recorder: FlightRecorder): Promise<void> {
  try {
    await writeFile(path, recordingOf(recorder));
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    throw new UsageError(`--record: ${path} could not be written (${code}).`);
  }
}
