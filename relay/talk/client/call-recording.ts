import { writeFile } from 'node:fs/promises';
import { FlightRecorder } from '@parley/shared/flight/flight-recorder';
import { recordedSocket, type SocketClass } from '@parley/shared/flight/recorded-socket';
import { UsageError } from '../../tools/command-line.ts';

/** A flight recording of a terminal call, speech included: its files were given to be sent. */
export class CallRecording {
  readonly #path: string;
  readonly #recorder = new FlightRecorder({ client: 'terminal', now: () => performance.now() });

  constructor(path: string) {
    this.#path = path;
    this.#recorder.setAudioConsent(true);
  }

  readonly socketOf = (Usual: SocketClass): SocketClass => recordedSocket(Usual, this.#recorder);

  /** Writes what there is. @throws UsageError */
  async write(): Promise<void> {
    const lines = [...this.#recorder.lines(new Date())];
    try {
      await writeFile(this.#path, `${lines.join('\n')}\n`);
    } catch (error) {
      const { code = 'unknown error' } = error as NodeJS.ErrnoException;
      throw new UsageError(`--record: ${this.#path} could not be written (${code}).`);
    }
  }
}
