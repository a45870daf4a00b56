import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { AudioFrameKind, encodeAudioFrame } from '@parley/shared';
import { FakeSocket } from '../../../test/support/fake-socket.ts';
import { SessionBeside } from './session-beside.ts';
import { UplinkSequence } from './uplink.ts';

let taken: number[];
let sequence: UplinkSequence;
let isAttached: boolean;
let beside: SessionBeside;
let socket: FakeSocket;

/** As an inbox takes what is new to it. */
const inbox = {
  get lastSeq() {
    return sequence.last;
  },
  receiveText(text: string) {
    const { seq } = JSON.parse(text) as { seq?: number };
    if (seq !== undefined && sequence.accept(seq) === 'new') taken.push(seq);
  },
  receiveAudio: () => {},
};

beforeEach(() => {
  begin();
});

function begin(): void {
  taken = [];
  sequence = new UplinkSequence();
  isAttached = true;
  beside = new SessionBeside(() => (isAttached ? inbox : undefined));
  socket = new FakeSocket();
  beside.attach(socket);
}

const message = (seq: number) => JSON.stringify({ type: 'response.create', seq });

describe('a socket beside', () => {
  it('brings each message once and in order, whatever it or the first delays or lacks', () => {
    // What each of the two delivers next; one beside lacks what was left out of it.
    const step = fc.record({ isFirst: fc.boolean(), leftOut: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
        begin();
        let [first, other] = [0, 0];
        for (const { isFirst, leftOut } of steps) {
          if (isFirst) inbox.receiveText(message((first += 1)));
          else {
            other += 1;
            if (!leftOut) beside.receive(socket, message(other));
          }
        }
        while (first < other) inbox.receiveText(message((first += 1)));
        expect(taken).toEqual(Array.from({ length: first }, (_, index) => index + 1));
      }),
    );
  });

  it('is not taken without a first one', () => {
    isAttached = false;
    expect(beside.attach(new FakeSocket())).toBe(false);
    beside.receive(socket, message(1));
    expect(taken).toEqual([]);
  });

  it('gets all but voice in PCM, and nothing while too much waits in it', () => {
    const frame = (audio: Parameters<typeof encodeAudioFrame>[1]) =>
      encodeAudioFrame(
        { kind: AudioFrameKind.downlink, last: false, item: 1, seq: 2, timestampMs: 0 },
        audio,
      );
    const opus = frame({ packet: Uint8Array.of(72, 1), durationMs: 20 });
    beside.send('event');
    beside.send(frame(new Int16Array(8)));
    beside.send(opus);
    expect(socket.sent).toEqual(['event', opus]);
    socket.bufferedAmount = 64 * 1024 + 1;
    beside.send('more');
    socket.bufferedAmount = 0;
    beside.send('again');
    expect(socket.sent.slice(2)).toEqual(['again']);
  });

  it('that shows no life at three heartbeats is cut', () => {
    const pass = (seconds: number) => {
      for (let s = 0; s < seconds; s += 1) beside.check(1_000);
    };
    pass(30);
    expect([socket.pings, socket.isTerminated]).toEqual([2, false]);
    beside.heard(socket);
    pass(30);
    expect(socket.isTerminated).toBe(false);
    pass(15);
    expect(socket.isTerminated).toBe(true);
  });
});
