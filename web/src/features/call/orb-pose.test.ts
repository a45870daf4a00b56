import { expect, test } from 'vitest';
import { easedPose, ORB_POSES, outlineRadius } from './orb-pose.ts';

test('a pose reaches the next one at the same pace at any frame rate', () => {
  const { idle, speaking } = ORB_POSES;
  let fast = idle;
  for (let frame = 0; frame < 12; frame += 1) fast = easedPose(fast, speaking, 10);
  const slow = easedPose(idle, speaking, 120);
  expect(fast.size).toBeCloseTo(slow.size, 6);
  expect(fast.voiceGain).toBeCloseTo(slow.voiceGain, 6);
});

test('the outline closes and keeps within its amplitude', () => {
  for (let second = 0; second < 20; second += 0.37) {
    expect(outlineRadius(0, second, 0.2)).toBeCloseTo(outlineRadius(2 * Math.PI, second, 0.2), 9);
    for (let angle = 0; angle < 6.28; angle += 0.3) {
      expect(Math.abs(outlineRadius(angle, second, 0.2) - 1)).toBeLessThanOrEqual(0.2);
    }
  }
});
