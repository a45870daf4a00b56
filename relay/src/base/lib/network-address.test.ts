import { describe, expect, it } from 'vitest';
import {
  AddressList,
  isLoopback,
  isPrivateHost,
  plainAddress,
  subscriberOf,
} from './network-address.ts';

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['::FFFF:192.0.2.1', '192.0.2.1'],
  ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
  ['fe80::1%eth0', 'fe80::1'],
  ['192.0.2.256', undefined],
  ['192.0.2.1:80', undefined],
  ['unknown', undefined],
  ['', undefined],
])('the address in %j is %s', (text, address) => {
  expect(plainAddress(text)).toBe(address);
});

it.each([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
  ['2001:db8::5:6:7:8', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:0:0:1::', '2001:db8:0:0::/64'],
])('%s belongs to the subscriber %s', (address, subscriber) => {
  expect(subscriberOf(address)).toBe(subscriber);
});

describe('a list of addresses and networks', () => {
  const list = new AddressList(['127.0.0.1', '10.0.0.0/8', '2001:db8::/32', '::1']);

  it.each(['127.0.0.1', '10.255.0.1', '::ffff:10.0.0.1', '2001:db8:ffff::1', '::1'])(
    'has %s',
    (address) => expect(list.has(address)).toBe(true),
  );

  it.each(['127.0.0.2', '11.0.0.1', '2001:db9::1', '', 'localhost', '10.0.0.1, 10.0.0.2'])(
    'has no %j',
    (address) => expect(list.has(address)).toBe(false),
  );

  it.each(['localhost', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '10.0.0/8', '/8', '::/-1'])(
    'cannot be made with %j',
    (entry) => expect(() => new AddressList([entry])).toThrow(),
  );
});

it.each([
  ['localhost', true, true],
  ['LOCALHOST.', true, true],
  ['parley.localhost', true, true],
  ['127.0.0.1', true, true],
  ['127.8.9.1', true, true],
  ['[::1]', true, true],
  ['::ffff:127.0.0.1', true, true],
  ['0.0.0.0', false, false],
  ['::', false, false],
  ['192.168.1.2', false, true],
  ['[fd00::1]', false, true],
  ['ollama', false, true],
  ['gpu.internal', false, true],
  ['nas.local', false, true],
  ['172.32.0.1', false, false],
  ['api.openai.com', false, false],
  ['localhost.example.com', false, false],
  ['2606:4700::1', false, false],
])('%s: loopback %s, private %s', (host, loopback, isPrivate) => {
  expect([isLoopback(host), isPrivateHost(host)]).toEqual([loopback, isPrivate]);
});
