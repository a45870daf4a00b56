import { expect, it } from 'vitest';
import { isSignedByTwilio } from './signature.ts';

const TOKEN = '12345678901234567890123456789012';
const VOICE = 'https://parley.example/v1/twilio/voice';

/** Made, and taken, by Twilio's own library (6.2). */
it.each([
  ['a form', VOICE, 'CallSid=CA1&From=%2B14155550100', '4CR/+OHuz+XFjbyzVtvGm/G3SP8='],
  [
    'a port',
    'https://parley.example:8443/v1/twilio/voice',
    'CallSid=CA1',
    'x7z2YdQNeVE4kLp+AEhwC9zFuLw=',
  ],
  [
    'a query below a path',
    'https://parley.example/below/v1/twilio/voice?language=de&voice=',
    'CallSid=CA1',
    'wPo17CNgmNjbiLmMig9h2hxdAB0=',
  ],
  [
    'a user',
    'https://user:p%40ss@parley.example/v1/twilio/voice',
    'CallSid=CA1',
    'W4WAJ/nfCT/LFJhB562V5goj6Co=',
  ],
  [
    'odd characters',
    `${VOICE}?name=O'Neil%20(x)&a=%C3%BC&b=ü`,
    'CallSid=CA1',
    '+2Qa+opVh4XPTm1WF+gXFQtBDNc=',
  ],
  [
    'an IPv6 address',
    'https://[2001:db8::1]:8443/v1/twilio/voice',
    'CallSid=CA1',
    'zwMqivzKv5cDAuh7Ps3HPHECsLw=',
  ],
  [
    'fields that come twice',
    VOICE,
    'Digit=2&Digit=1&Digit=2&b=&B=x&a=1&_=0',
    'F88e4IXEFL86r8CALjSnu3JctSo=',
  ],
  [
    'other scripts',
    VOICE,
    'CallerName=J%C3%BCrgen+%F0%9F%91%8B+%26+S%C3%B6hne&FromCity=%E6%9D%B1%E4%BA%AC',
    '3ab2VsLl0mp/XNjYuPW6RiJT/bs=',
  ],
  ['a WebSocket', 'wss://parley.example/v1/twilio/stream', '', 'Wq+B9E8l3QVorW5ynp+rkFCSto8='],
  [
    'plain http',
    'http://127.0.0.1:8787/v1/twilio/voice',
    'CallSid=CA1',
    'XtVzk2H+fEUjubYd4sI6du2FVXs=',
  ],
])(
  'takes the signature of Twilio’s library for %s, and for nothing else',
  (_, url, fields, signature) => {
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
