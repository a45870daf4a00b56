import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildPage } from '../../tools/page-build.ts';
import { NGINX } from '../support/real-proxies.ts';
import { TestCall } from '../support/test-call.ts';
import { DEPLOYMENT, deploymentFile } from './deployment-files.ts';
import { Machine } from './machine.ts';

const START_MS = 120_000;

/** The commands of a step of the page, block by block. */
function commandsOf(step: RegExp): readonly string[] {
  const chapter = deploymentFile('README.md')
    .split(/^## /m)
    .find((words) => step.test(words));
  return [...(chapter ?? '').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block!);
}

async function answerOf(call: TestCall, question: string): Promise<unknown> {
  call.type(question);
  return (await call.inbound.next('response.done')).status;
}

it('the page of deployment links to what there is', () => {
  const page = deploymentFile('README.md');
  const anchorsOf = (text: string) =>
    [...text.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
      title!
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-'),
    );
  const links = [...page.matchAll(/\]\(([^)#]*)(?:#([^)]*))?\)/g)];
  expect(links.length).toBeGreaterThan(10);
  const broken = links.filter(([, path = '', anchor]) => {
    const target = path === '' ? 'README.md' : path;
    if (!existsSync(join(DEPLOYMENT, target))) return true;
    return anchor !== undefined && !anchorsOf(deploymentFile(target)).includes(anchor);
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});

describe.skipIf(NGINX === undefined)('the page of deployment, followed word for word', () => {
  let machine: Machine;
  beforeAll(async () => {
    await buildPage();
    machine = await Machine.start();
  }, START_MS);
  afterAll(() => machine[Symbol.asyncDispose]());

  it('step 1 starts one relay', { timeout: START_MS }, async () => {
    for (const block of commandsOf(/^1\./)) await machine.run(block);
    expect([...machine.relays.keys()]).toEqual(['parley']);
  });

  describe('step 2', () => {
    const blocks = commandsOf(/^2\./);
    const restart = blocks.findIndex((block) => block.includes('systemctl restart'));

    it('starts two relays that are one', { timeout: START_MS }, async () => {
      for (const block of blocks.slice(0, restart)) await machine.run(block);
      expect([...machine.relays.keys()]).toEqual(['parley@1', 'parley@2']);
      // Each request and each WebSocket lands at the next relay.
      for (let n = 0; n < 3; n += 1) {
        await using call = await TestCall.start(machine.url);
        expect(await answerOf(call, 'What time is it?')).toBe('completed');
      }
    });

    it('restarts both below a call', { timeout: START_MS }, async () => {
      await using call = await TestCall.start(machine.url);
      expect(await answerOf(call, 'What time is it?')).toBe('completed');
      await machine.run(blocks[restart]!);
      await call.closed;
      await call.resume();
      expect(await answerOf(call, 'And what day?')).toBe('completed');
    });

    it('adds a third relay below a call', { timeout: START_MS }, async () => {
      await using call = await TestCall.start(machine.url);
      for (const block of blocks.slice(restart + 1)) await machine.run(block);
      expect([...machine.relays.keys()].toSorted()).toEqual(['parley@1', 'parley@2', 'parley@3']);
      expect(await answerOf(call, 'What time is it?')).toBe('completed');
    });
  });
});
