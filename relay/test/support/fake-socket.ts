import { decodeAudioFrame, decodeRelayEvent, type RelayEvent } from '@parley/shared';
import type { SessionSocket } from '../../src/call/session/session-socket.ts';

/** A socket that keeps what is sent, and can stop taking it in. */
export class FakeSocket implements SessionSocket {
  readonly sent: (string | Uint8Array)[] = [];
  bufferedAmount = 0;
  /** While true, everything sent stays in the buffer. */
  isStalled = false;
  closedWith: number | undefined;
  isTerminated = false;
  pings = 0;

  send(data: string | Uint8Array): void {
    this.sent.push(data);
    if (this.isStalled) this.bufferedAmount += data.length;
  }

  close(code: number): void {
    this.closedWith = code;
  }

  terminate(): void {
    this.isTerminated = true;
  }

  ping(): void {
    this.pings++;
  }

  get events(): RelayEvent[] {
    return this.sent.flatMap((data) => {
      const result = typeof data === 'string' ? decodeRelayEvent(data) : undefined;
      return result?.kind === 'event' ? [result.event] : [];
    });
  }

  /** Sequence numbers of everything sent. */
  get seqs(): number[] {
    return this.sent.map((data) => {
      if (typeof data === 'string') return (JSON.parse(data) as { seq: number }).seq;
      const result = decodeAudioFrame(data);
      return result.ok ? result.frame.seq : Number.NaN;
    });
  }
}
