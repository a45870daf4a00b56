import { beforeEach, expect, test } from 'vitest';
import type { MediaCommand } from '../messages/media-messages.ts';
import { CallMicrophone } from './call-microphone.ts';
import type { OpenedMicrophone } from './microphone.ts';

/** A browser that switches its processing of a running track, or does not. */
class Browser {
  readonly posted: MediaCommand[] = [];
  readonly microphone: CallMicrophone;
  canSwitch = true;
  isProcessed = true;
  hearsPlayback: boolean | undefined;
  breaths = 0;

  constructor() {
    this.microphone = new CallMicrophone({
      request: async () => this.#open(),
      graph: {
        connectMicrophone: async (_, hearsPlayback) => {
          this.hearsPlayback = hearsPlayback;
          return { kind: 'worklet', port: new MessageChannel().port1 };
        },
        disconnectMicrophone: () => {},
        primeEchoCanceller: async () => void (this.breaths += 1),
      },
      switchProcessing: async (_, isProcessed) => {
        if (this.canSwitch) this.isProcessed = isProcessed;
        return this.canSwitch;
      },
      post: (command) => void this.posted.push(command),
      onChanged: () => {},
      listInputs: async () => [],
      onSilenced: () => {},
      onSwitched: () => {},
      onResult: () => {},
    });
  }

  #open(): OpenedMicrophone {
    const track = Object.assign(new EventTarget(), {
      readyState: 'live',
      muted: false,
      getSettings: () => ({ echoCancellation: this.isProcessed }),
      stop: () => {},
    });
    return { ok: true, stream: {}, track } as unknown as OpenedMicrophone;
  }
}

let browser: Browser;

beforeEach(() => {
  browser = new Browser();
});

const lastSwitch = () => browser.posted.findLast(({ type }) => type === 'capture-switched');

const switchTo = (isProcessed: boolean, isToLearn = false) =>
  browser.microphone.switch({ type: 'switch-capture', isProcessed, isToLearn });

test('a microphone that can be switched begins unprocessed, with what is played, and a breath', async () => {
  await browser.microphone.open(undefined);
  expect(browser.isProcessed).toBe(false);
  expect(browser.hearsPlayback).toBe(true);
  expect(browser.breaths).toBe(1);
  expect(browser.posted[0]).toMatchObject({
    type: 'attach-capture',
    isPriming: true,
    isSwitchable: true,
  });
});

test('what it was switched to is reported, and a breath is given if the browser is to learn', async () => {
  await browser.microphone.open(undefined);
  await switchTo(true);
  expect(lastSwitch()).toEqual({ type: 'capture-switched', isProcessed: true });
  expect(browser.breaths).toBe(1);
  await switchTo(true, true);
  expect(browser.breaths).toBe(2);
  browser.canSwitch = false;
  await switchTo(false);
  expect(lastSwitch()).toEqual({ type: 'capture-switched', isProcessed: true });
});

test('elsewhere it stays as the browser opened it', async () => {
  browser.canSwitch = false;
  await browser.microphone.open(undefined);
  expect(browser.hearsPlayback).toBe(false);
  expect(browser.posted[0]).toMatchObject({ isPriming: true, isSwitchable: false });
});

test('without a microphone there is nothing to switch', async () => {
  await switchTo(false);
  expect(browser.posted).toEqual([]);
});
