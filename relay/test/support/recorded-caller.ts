import { UPLINK_CHUNK_SAMPLES, type ClientEventOf } from '@parley/shared';
import type { FlightRecorder } from '@parley/shared/flight/flight-recorder';
import { sleep, systemClock } from '../../src/base/lib/clock.ts';
import { callRecorder, recordingOf } from '../../talk/client/call-recording.ts';
import { connect, type Connection } from '../../talk/client/connection.ts';
import { ReplayNetwork } from '../../talk/replay/replay-network.ts';
import { Inbound } from './inbound.ts';

type Interrupts = ClientEventOf<'input_audio_buffer.speech_started'>['interrupts'];

const FRAME_MS = 100;

/** A caller whose call is recorded, speech included, over a network that can be cut. */
export class RecordedCaller implements AsyncDisposable {
  readonly inbound = new Inbound();
  readonly connection: Connection;
  readonly network: ReplayNetwork;
  readonly #recorder: FlightRecorder;
  readonly #pace: number;

  private constructor(
    connection: Connection,
    network: ReplayNetwork,
    recorder: FlightRecorder,
    pace: number,
  ) {
    this.connection = connection;
    this.network = network;
    this.#recorder = recorder;
    this.#pace = pace;
    connection.listen({
      event: (event) => this.inbound.add({ kind: 'event', event }),
      audio: (frame) => this.inbound.add({ kind: 'audio', frame }),
    });
  }

  /** @param pace - how many times faster than real time is spoken */
  static async start(url: string, pace: number): Promise<RecordedCaller> {
    const network = new ReplayNetwork();
    const recorder = callRecorder();
    const connection = await connect({
      url,
      signal: new AbortController().signal,
      recorder,
      WebSocket: network.WebSocket,
    });
    return new RecordedCaller(connection, network, recorder, pace);
  }

  begin(utterance: number, interrupts?: Interrupts): void {
    this.connection.send({
      type: 'input_audio_buffer.speech_started',
      utterance,
      audio_start_ms: performance.now(),
      ...(interrupts && { interrupts }),
    });
  }

  /** Sends speech at its pace. @param last - whether it ends the utterance */
  async speak(utterance: number, samples: Int16Array, last: boolean): Promise<void> {
    const { signal } = new AbortController();
    for (let start = 0; start < samples.length; start += UPLINK_CHUNK_SAMPLES) {
      const end = start + UPLINK_CHUNK_SAMPLES;
      await sleep(systemClock, FRAME_MS / this.#pace, signal);
      this.connection.sendAudio({
        utterance,
        audio: samples.slice(start, end),
        startMs: performance.now() - FRAME_MS,
        last: last && end >= samples.length,
      });
    }
    if (last) this.connection.speechStopped(utterance, performance.now());
  }

  /** The file. */
  get recording(): string {
    return recordingOf(this.#recorder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close();
  }
}
