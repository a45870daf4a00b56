import { Writable } from 'node:stream';
import { expect, it } from 'vitest';
import { Cork } from './cork.ts';
import { settle } from './clock.fake.ts';

function recording() {
  const writes: string[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(chunk: string, _, done) {
      writes.push(chunk);
      done();
    },
    writev(chunks, done) {
      writes.push(chunks.map(({ chunk }) => String(chunk)).join('+'));
      done();
    },
  });
  const cork = new Cork(stream);
  const say = (text: string) => {
    cork.hold();
    stream.write(text);
  };
  return { writes, say, stream, cork };
}

it('writes at once what is said in one go, promises included', async () => {
  const { writes, say } = recording();
  await Promise.resolve();
  say('a');
  say('b');
  await Promise.resolve().then(() => say('c'));
  expect(writes).toEqual([]);
  await settle();
  expect(writes).toEqual(['a+b+c']);
});

it('holds nothing back for longer', async () => {
  const { writes, say } = recording();
  say('a');
  await settle();
  say('b');
  await settle();
  expect(writes).toEqual(['a', 'b']);
});

it('lets go before its time where it must', async () => {
  const { writes, say, cork } = recording();
  say('a');
  say('b');
  cork.release();
  expect(writes).toEqual(['a+b']);
  say('c');
  await settle();
  expect(writes).toEqual(['a+b', 'c']);
});

it('lets go of the first urgent thing at once, and of those after it together', async () => {
  const { writes, say, cork } = recording();
  say('a');
  say('b');
  cork.hurry();
  expect(writes).toEqual(['a+b']);
  say('c');
  cork.hurry();
  say('d');
  cork.hurry();
  expect(writes).toEqual(['a+b']);
  await settle();
  expect(writes).toEqual(['a+b', 'c+d']);
  say('e');
  cork.hurry();
  expect(writes).toEqual(['a+b', 'c+d', 'e']);
});

it('leaves alone a stream that is gone', async () => {
  const { writes, say, stream } = recording();
  say('a');
  stream.destroy();
  await settle();
  expect(writes).toEqual([]);
});
