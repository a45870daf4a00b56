import type { IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { AddressList } from '../base/lib/network-address.ts';
import { TrustedProxies } from './trusted-proxies.ts';

const proxies = new TrustedProxies(new AddressList(['10.0.0.0/8', '2001:db8::/32']));

function request(remoteAddress: string | undefined, headers: IncomingMessage['headers'] = {}) {
  return { headers, socket: { remoteAddress } } as unknown as IncomingMessage;
}

describe('the address of a client', () => {
  it.each([
    ['without a proxy', '192.0.2.1', undefined, '192.0.2.1'],
    ['that writes a forwarded one itself', '192.0.2.1', '198.51.100.7', '192.0.2.1'],
    ['behind a proxy', '10.0.0.1', '192.0.2.1', '192.0.2.1'],
    ['behind a proxy, as IPv6', '::ffff:10.0.0.1', '::ffff:192.0.2.1', '192.0.2.1'],
    ['behind a proxy, with a forged one', '10.0.0.1', '198.51.100.7, 192.0.2.1', '192.0.2.1'],
    ['behind two proxies', '10.0.0.1', '192.0.2.1, 10.0.0.2', '192.0.2.1'],
    ['behind an untrusted proxy of a trusted one', '10.0.0.1', '1.2.3.4, 192.0.2.9', '192.0.2.9'],
    ['behind a proxy that says nothing', '10.0.0.1', undefined, '10.0.0.1'],
    ['behind a proxy that hides it', '10.0.0.1', 'unknown', '10.0.0.1'],
    ['whose forged one is no address', '10.0.0.1', 'evil, 192.0.2.1', '192.0.2.1'],
    ['with its port', '10.0.0.1', '192.0.2.1:4711', '192.0.2.1'],
    ['with its port, as IPv6', '10.0.0.1', '[2001:db9::1]:4711', '2001:db9::1'],
    ['in brackets', '10.0.0.1', '[2001:db9::1]', '2001:db9::1'],
    ['inside the network of the proxies', '10.0.0.1', '10.1.1.1', '10.1.1.1'],
    ['behind more proxies than there are', '10.0.0.1', '10.0.0.9,'.repeat(500), '10.0.0.1'],
    ['that is gone', undefined, '192.0.2.1', 'unknown'],
  ])('%s', (_, remoteAddress, forwarded, expected) => {
    const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
    expect(proxies.clientAddress(request(remoteAddress, headers))).toBe(expected);
  });
});

it.each([
  ['192.0.2.1', 'https', undefined],
  ['10.0.0.1', 'https', 'https'],
  ['10.0.0.1', 'http', 'http'],
  ['10.0.0.1', 'https, http', 'https'],
  ['10.0.0.1', 'gopher', undefined],
  ['10.0.0.1', undefined, undefined],
])('what %s says of the protocol (%s) is worth %s', (address, proto, expected) => {
  const headers = proto === undefined ? {} : { 'x-forwarded-proto': proto };
  expect(proxies.protocol(request(address, headers))).toBe(expected);
});
