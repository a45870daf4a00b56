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
async function still(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    room.microphone.heard('still');
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await room.settle();
  }
}

async function stillWhileOff(seconds: number): Promise<void> {
  const track = room.live[0]!;
  track.enabled = false;
  await still(seconds);
  track.enabled = true;
}

beforeEach(async () => {
  void room.microphone.open('desk');
  await room.settle();
});

test('one that gives only zeros is asked for anew, and heard', async () => {
  await still(8);
  expect(room.requests).toEqual(['desk', 'desk']);
  expect(room.tracks.map(({ readyState }) => readyState)).toEqual(['ended', 'live']);
  // What is being said goes on in the new one.
  expect(room.posted).toEqual(['attach-capture', 'attach-capture']);
  room.microphone.heard('sound');
  await still(19);
  expect([room.requests.length, room.isStill, room.results]).toEqual([2, false, []]);
});

test('one that goes on giving only zeros is reported, until there is sound', async () => {
  await still(10);
  expect(room.isStill).toBe(false);
  await still(1);
  expect(room.isStill).toBe(true);
  room.microphone.heard('sound');
  expect(room.isStill).toBe(false);
  expect(room.requests).toHaveLength(2);
});

test('the silence while it is opened again does not count', async () => {
  for (let second = 0; second < 30; second += 1) room.microphone.heard('still');
  await room.settle();
  expect([room.requests.length, room.isStill]).toEqual([2, false]);
  await still(3);
  expect([room.requests.length, room.isStill]).toEqual([2, true]);
});

test('one that stays dead is asked for once, and once more after it was muted', async () => {
  await still(100);
  expect(room.requests).toHaveLength(2);
  await stillWhileOff(1);
  await still(100);
  expect([room.requests.length, room.isStill]).toEqual([3, true]);
  void room.microphone.open('headset');
  expect(room.isStill).toBe(false);
});

test('one that is dead and cannot be opened again is refused', async () => {
  room.refusal = 'not-found';
  await still(8);
  expect(room.results).toEqual([{ ok: false, refusal: 'not-found' }]);
});

test('silence that is wished for is not counted', async () => {
  await stillWhileOff(60);
  await still(7);
  const [track] = room.tracks;
  track!.muted = true;
  track!.dispatchEvent(new Event('mute'));
  await still(60);
  expect(room.requests).toHaveLength(1);
});

test('one that was heard is trusted for longer', async () => {
  room.microphone.heard('sound');
  await still(19);
  expect(room.requests).toHaveLength(1);
  await still(1);
  expect(room.requests).toHaveLength(2);
});

test('one that closes between words is left alone once that is seen', async () => {
  room.microphone.heard('sound');
  await still(5);
  room.microphone.heard('sound');
  await still(600);
  expect([room.requests.length, room.isStill]).toEqual([1, false]);
  // Not so if the system took it away.
  silence(room.tracks[0]!);
  await still(8);
  expect(room.requests).toHaveLength(2);
});
