import { beforeEach, expect, test } from 'vitest';
import { type FakeTrack, Room } from './call-microphone.rig.ts';

let room: Room;
beforeEach(() => {
  room = new Room();
});

/** The system silences the microphone, and gives it back. */
function silence(track: FakeTrack): void {
  for (const muted of [true, false]) {
    track.muted = muted;
    track.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
}

/** Nothing but zeros, told once a second. */
async function still(fromS: number, untilS: number): Promise<void> {
  for (let second = fromS; second <= untilS; second += 1) {
    room.microphone.still(second * 1_000);
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await room.settle();
  }
}

test('one that gives only zeros after the system gave it back is asked for anew, and heard', async () => {
  void room.microphone.open('desk');
  await room.settle();
  room.microphone.still(0);
  silence(room.tracks[0]!);
  await still(1, 3);
  expect(room.requests).toEqual(['desk', 'desk']);
  expect(room.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
  // What is being said goes on in the new one.
  expect(room.posted).toEqual(['attach-capture', 'attach-capture']);
  room.microphone.still(0);
  await still(1, 19);
  expect([room.requests.length, room.isStill, room.results]).toEqual([2, false, []]);
});

test('one that goes on giving only zeros is reported, until there is sound', async () => {
  void room.microphone.open('desk');
  await room.settle();
  silence(room.tracks[0]!);
  await still(1, 3);
  expect(room.isStill).toBe(false);
  await still(1, 3);
  expect(room.isStill).toBe(true);
  room.microphone.still(0);
  expect(room.isStill).toBe(false);
  expect(room.requests).toHaveLength(2);
});

test('one that stays dead is asked for a few times, and no more', async () => {
  void room.microphone.open('desk');
  await room.settle();
  for (let track = 0; track < 6; track += 1) await still(1, 100);
  expect(room.requests).toHaveLength(4);
  expect(room.isStill).toBe(true);
  void room.microphone.open('headset');
  expect(room.isStill).toBe(false);
});

test('one that is dead and cannot be opened again is refused', async () => {
  void room.microphone.open('desk');
  await room.settle();
  silence(room.tracks[0]!);
  room.refusal = 'not-found';
  await still(1, 3);
  expect(room.results).toEqual([{ ok: false, refusal: 'not-found' }]);
});

test('silence that is wished for is not counted', async () => {
  void room.microphone.open('desk');
  await room.settle();
  const [track] = room.tracks;
  room.microphone.setOn(false);
  await still(1, 60);
  room.microphone.setOn(true);
  await still(61, 67);
  track!.muted = true;
  track!.dispatchEvent(new Event('mute'));
  await still(68, 120);
  expect(room.requests).toHaveLength(1);
});

test('one that closes between words is left alone once that is seen', async () => {
  void room.microphone.open('desk');
  await room.settle();
  room.microphone.still(0);
  await still(1, 5);
  room.microphone.still(0);
  await still(1, 600);
  expect([room.requests.length, room.isStill]).toEqual([1, false]);
  // Not so if the system took it away.
  silence(room.tracks[0]!);
  await still(601, 603);
  expect(room.requests).toHaveLength(2);
});
