import { expect, it } from 'vitest';
import { silentLogger } from '../../src/base/lib/logger.ts';
import { Problems } from '../../src/base/lib/problems.ts';
import { scriptOf, SharedMemory } from '../../src/replicas/shared-memory.ts';
import { FaultyProxy, type FaultyConnection } from '../support/faulty-proxy.ts';
import { MovableClock } from '../support/movable-clock.ts';
import { RedisServer } from '../support/redis-server.ts';

it('connections on which nothing arrives any more are made anew', async () => {
  await using redis = await RedisServer.start();
  const connections: FaultyConnection[] = [];
  await using proxy = await FaultyProxy.to(redis.port, (one) => void connections.push(one));
  const clock = new MovableClock();
  const common = { clock, logger: silentLogger, problems: new Problems(clock) };
  await using memory = new SharedMemory({ ...common, url: `redis://127.0.0.1:${proxy.port}` });
  await using other = new SharedMemory({ ...common, url: redis.url });
  const heard: string[] = [];
  const missed = Promise.withResolvers<void>();
  const missedAgain = Promise.withResolvers<void>();
  let count = 0;
  memory.listen(
    ['bus'],
    (message) => void heard.push(message),
    () => (++count === 1 ? missed : missedAgain).resolve(),
  );
  await missed.promise;
  await other.untilThere();
  expect(connections).toHaveLength(2);
  for (const connection of connections) {
    connection.silence('up');
    connection.silence('down');
  }
  await other.publish('bus', 'lost');
  await clock.skip(missedAgain.promise);
  await other.publish('bus', 'heard');
  await expect.poll(() => heard).toEqual(['heard']);
  await expect.poll(() => memory.run(scriptOf('return 7'), [], []).catch(() => 0)).toBe(7);
  expect(connections).toHaveLength(4);
});
