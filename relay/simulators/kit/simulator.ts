import type { Fault, FaultMoment } from './fault.ts';

/** A vendor's server on this machine: as strict as the vendor, and as unreliable as told. */
export interface Simulator extends AsyncDisposable {
  /** `http://127.0.0.1:port`, to be used as the vendor's base URL (with its path where it has one). */
  readonly url: string;
  /** The key it accepts. */
  readonly key: string;
  /**
   * What the vendor would have objected to, in words; empty after a right conversation. It is also
   * answered as the vendor would.
   */
  readonly complaints: readonly string[];
  /** Connections and requests taken since the beginning, refused ones included. */
  readonly requests: number;
  /** The header `traceparent` of the last thousand WebSockets that were asked for, in their order. */
  readonly traceparents: readonly (string | undefined)[];
  /** WebSockets and answers under way now. */
  readonly open: number;
  /** Lets a fault happen. @param times - how often; without it until `recover` */
  fail(fault: Fault, moment: FaultMoment, times?: number): void;
  /** Faults that have happened. */
  readonly failures: number;
  /** No more faults. */
  recover(): void;
  /** The network goes away under every connection that is open now, without a sign of it. */
  fallSilent(): void;
  /** Every connection that is open now is cut, those that fell silent included. */
  cut(): void;
}

/** How the three stages answer; each simulator takes those it has. */
export interface Behaviour {
  /** What was said, told from the audio; without it, `transcriptOf` the audio. */
  readonly hear?: (audio: Int16Array) => string;
  /** Told of each message of audio as it comes, by simulators that hear PCM16 in binary messages. */
  readonly onAudio?: (audio: Int16Array) => void;
  /** The same for messages that are a packet of Opus. */
  readonly onPacket?: (packet: Uint8Array) => void;
  /** From the end of speech to the final words. */
  readonly finalDelayMs?: number;
  /** The answer, told from the last thing the person said. Streamed word by word. */
  readonly answer?: (question: string) => string;
  /** From the request to the first token. */
  readonly firstTokenDelayMs?: number;
  /** The voice; without it, a tone of 60 ms a character. */
  readonly speak?: (text: string, rateHz: number) => Int16Array | Promise<Int16Array>;
  /** From the text to the first audio. */
  readonly firstAudioDelayMs?: number;
}

/** Samples counted, as words: lets a test tell that all audio arrived, once, in order. */
export function transcriptOf(audio: Int16Array): string {
  return `${audio.length} samples`;
}

const MS_PER_CHARACTER = 60;

/** A tone as long as the text would take to be said. */
export function toneFor(text: string, rateHz: number): Int16Array {
  const length = Math.round((text.length * MS_PER_CHARACTER * rateHz) / 1_000);
  return Int16Array.from({ length }, (_, n) =>
    Math.round(8_000 * Math.sin((2 * Math.PI * 220 * n) / rateHz)),
  );
}
