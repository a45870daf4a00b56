import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Finding } from '../doctor/print.ts';
import { runDoctor } from '../doctor/run.ts';
import { CATALOGUE, type SimulatedVendor } from '../simulators/catalogue.ts';
import type { Simulator } from '../simulators/kit/simulator.ts';
import { meanModel, onnxFile } from '@parley/turn-model/onnx-file.rig';

const BEHAVIOUR = { hear: () => 'What time is it?', answer: () => 'Ready.' };
const VENDORS = Object.keys(CATALOGUE) as SimulatedVendor[];

let folder: string;
let simulators: Map<SimulatedVendor, Simulator>;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parley-doctor-'));
  simulators = new Map(
    await Promise.all(
      VENDORS.map(async (vendor) => [vendor, await CATALOGUE[vendor].start(BEHAVIOUR)] as const),
    ),
  );
});

afterAll(async () => {
  await Promise.all([...simulators.values()].map((each) => each[Symbol.asyncDispose]()));
  await rm(folder, { recursive: true, force: true });
});

function environmentFor(vendors: readonly SimulatedVendor[]): Record<string, string> {
  return Object.assign(
    {},
    ...vendors.map((vendor) => CATALOGUE[vendor].environment(simulators.get(vendor)!)),
  ) as Record<string, string>;
}

async function doctor(commandLine: readonly string[], environment: Record<string, string>) {
  const written: string[] = [];
  const complained: string[] = [];
  const status = await runDoctor(commandLine, {
    output: { write: (text) => written.push(text) },
    errors: { write: (text) => complained.push(text) },
    environment,
    folder,
    signal: AbortSignal.timeout(100_000),
  });
  return { status, output: written.join(''), complaints: complained.join('') };
}

function findingsIn(output: string): Finding[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Finding);
}

describe('the doctor', () => {
  it('makes a round trip with every configured provider', async () => {
    const environment = environmentFor(VENDORS);
    const { status, output, complaints } = await doctor(['--json'], environment);
    const findings = findingsIn(output);
    const failed = findings.filter(({ works }) => works === false);
    expect(failed).toEqual([]);
    expect(status).toBe(0);
    expect(complaints).toBe('');
    const tried = findings.filter(({ works }) => works === true);
    for (const { stage, provider } of tried) expect.soft(`${stage} ${provider}`).not.toBe('');
    // Six listen, six answer with the embedded one, six speak: a new provider is tried too.
    expect(tried.length).toBeGreaterThanOrEqual(18);
    expect(tried.every(({ first_byte_ms: first }) => first !== null)).toBe(true);
    for (const simulator of simulators.values()) {
      expect(output).not.toContain(simulator.key);
      expect(simulator.complaints).toEqual([]);
    }
  });

  it('says who does not work and why, and how long the turn model takes', async () => {
    const path = join(folder, 'turn.onnx');
    await writeFile(path, onnxFile(meanModel()));
    simulators.get('anthropic')!.fail({ kind: 'status', status: 401 }, 'first-use');
    simulators.get('cartesia')!.fail({ kind: 'refuse' }, 'first-use');
    try {
      const environment = {
        ...environmentFor(['anthropic', 'cartesia', 'deepgram']),
        TURN_MODEL: path,
      };
      const { status, output: table } = await doctor([], environment);
      // The last column is as narrow as a terminal wants it.
      const output = table.replaceAll(/\s+/g, ' ');
      expect(status).toBe(1);
      expect(output).toMatch(/generator +anthropic +1 +no +no .*does not accept the key \(401\)/);
      expect(output).toMatch(/synthesizer +cartesia +2 +no +no .*could not be reached/);
      expect(output).toMatch(/synthesizer +deepgram-aura +1 +yes +yes/);
      expect(output).toMatch(/generator +groq +– +– .*needs GROQ_API_KEY/);
      expect(output).toContain('Not working: anthropic (generator), cartesia (synthesizer).');
      expect(output).toMatch(/The turn model works: a judgement takes \d+ ms/);
    } finally {
      simulators.get('anthropic')!.recover();
      simulators.get('cartesia')!.recover();
    }
  });

  it('says all that is wrong with a configuration, and tries no provider', async () => {
    const { status, output, complaints } = await doctor([], {
      PORT: 'eighty',
      GROQ_API_KEY: 'a key',
      GENERATORS: 'grok',
    });
    expect(status).toBe(2);
    expect(output).toBe('');
    expect(complaints).toContain('PORT: found "eighty"');
    expect(complaints).toContain('GENERATORS: found "grok"');
  });

  it('tries no provider if the turn model is missing', async () => {
    const wrong = await doctor([], { TURN_MODEL: join(folder, 'missing.onnx') });
    expect(wrong).toMatchObject({ status: 2, output: '' });
    expect(wrong.complaints).toContain('TURN_MODEL: found');
  });

  it('explains itself', async () => {
    expect(await doctor(['--help'], {})).toMatchObject({ status: 0, complaints: '' });
    expect(await doctor(['--jsno'], {})).toMatchObject({ status: 2, output: '' });
  });
});
