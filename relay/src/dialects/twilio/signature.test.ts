import { expect, it } from 'vitest';
import { isSignedByTwilio } from './signature.ts';

const TOKEN = '12345678901234567890123456789012';
const VOICE = 'https://parley.example/v1/twilio/voice';

/** Made, and taken, by Twilio's own library (6.2). */
it.each([
  [VOICE, 'CallSid=CA1&From=%2B14155550100', '4CR/+OHuz+XFjbyzVtvGm/G3SP8='],
  ['https://parley.example:8443/v1', 'CallSid=CA1', '3tcHUrk8b/ae1e2EEJS493oO4D8='],
  [
    'https://parley.example/below/v1?language=de&voice=',
    'CallSid=CA1',
    'aUXm4XaENjMTZXh0VR5yGm9+b/A=',
  ],
  ['https://user:p%40ss@parley.example/v1', 'CallSid=CA1', 'nXj4l9vGS6LcniOEw9k1DAqaFT4='],
  [
    "https://parley.example/v1?name=O'Neil%20(x)&a=%C3%BC&b=ü",
    'CallSid=CA1',
    'vUFHXvv/9LDbDQ29pIlPfQUJ/98=',
  ],
  ['https://[2001:db8::1]:8443/v1', 'CallSid=CA1', 'dld9fmKd+GEOqiyluTMOIM7gUIU='],
  [VOICE, 'Digit=2&Digit=1&Digit=2&b=&B=x&a=1&_=0', 'F88e4IXEFL86r8CALjSnu3JctSo='],
  [
    VOICE,
    'CallerName=J%C3%BCrgen+%F0%9F%91%8B+%26&FromCity=%E6%9D%B1',
    'k6CJ2KDTxeFzn0lr5IXQYvU4M3E=',
  ],
  ['wss://parley.example/v1/twilio/stream', '', 'Wq+B9E8l3QVorW5ynp+rkFCSto8='],
  ['http://127.0.0.1:8787/v1', 'CallSid=CA1', 'MoaiqSZR+Nm6FXtVDWgrowJTbB4='],
])(
  'takes the signature of Twilio’s library for %s, and for nothing else',
  (url, fields, signature) => {
    const form = new URLSearchParams(fields);
    expect(isSignedByTwilio(TOKEN, signature, url, form)).toBe(true);
    expect(isSignedByTwilio(`${TOKEN}3`, signature, url, form)).toBe(false);
    expect(isSignedByTwilio(TOKEN, signature, `${url}x`, form)).toBe(false);
    expect(isSignedByTwilio(TOKEN, signature.toLowerCase(), url, form)).toBe(false);
    form.append('To', '1');
    expect(isSignedByTwilio(TOKEN, signature, url, form)).toBe(false);
  },
);

it('takes an address with its port, or without', () => {
  const form = new URLSearchParams('CallSid=CA1');
  const signed = ['NHCJSI/4EteuXYyXinJwY/P6XZo=', 'v2DFS8xasXvUvQ1EgQT0RJowaQg='];
  expect(signed.map((signature) => isSignedByTwilio(TOKEN, signature, VOICE, form))).toEqual([
    true,
    true,
  ]);
  const other = VOICE.replace('example', 'example:8443');
  expect(signed.map((signature) => isSignedByTwilio(TOKEN, signature, other, form))).toEqual([
    false,
    true,
  ]);
});

it('refuses what has no signature, or no address', () => {
  expect(isSignedByTwilio(TOKEN, undefined, VOICE)).toBe(false);
  expect(isSignedByTwilio(TOKEN, '', 'parley.example')).toBe(false);
});
