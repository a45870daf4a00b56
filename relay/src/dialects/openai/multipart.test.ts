import { expect, it } from 'vitest';
import { formEntries } from './multipart.ts';

const TYPE = 'multipart/form-data; boundary=b';
const HEAD = '--b\r\nContent-Disposition: form-data; name="a"';
const END = '\r\n--b--\r\n';
const read = (body: string, type = TYPE) => formEntries(type, Buffer.from(body));

it('what a browser or a library writes is read, byte for byte', async () => {
  const bytes = Uint8Array.from({ length: 70_000 }, (_, at) => (at * at) >> 3);
  const form = new FormData();
  form.append('file', new Blob([bytes, '\r\n--', bytes]), 'été "1".wav');
  form.append('prompt', 'Grüße\r\n');
  form.append('empty', '');
  const request = new Request('http://relay', { method: 'POST', body: form });
  const type = request.headers.get('content-type')!;
  const entries = formEntries(type, Buffer.from(await request.arrayBuffer()));
  expect(entries.map(([name]) => name)).toEqual(['file', 'prompt', 'empty']);
  expect(entries.map(([, value]) => value)).toEqual([
    new Uint8Array(Buffer.concat([bytes, Buffer.from('\r\n--'), bytes])),
    'Grüße\r\n',
    '',
  ]);
  const quoted = 'multipart/form-data; charset=utf-8; boundary="b"';
  expect(read(`before\r\n${HEAD}\r\n\r\nx${END}after`, quoted)).toEqual([['a', 'x']]);
});

it.each([
  ['another type', 'a=1', 'application/x-www-form-urlencoded'],
  ['no boundary', `${HEAD}\r\n\r\nx${END}`, 'multipart/form-data'],
  ['no end', `${HEAD}\r\n\r\nx`, TYPE],
  ['a part without a name', `--b\r\nContent-Type: text/plain\r\n\r\nx${END}`, TYPE],
  ['too many parts', `${HEAD}\r\n\r\n\r\n`.repeat(33) + END, TYPE],
  ['many headers', `${HEAD}\r\n${'x:x\r\n'.repeat(1_000)}\r\nx${END}`, TYPE],
])('%s is refused', (_, body, type) => {
  expect(() => read(body, type)).toThrow('The body is not multipart/form-data.');
});
