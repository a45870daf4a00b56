import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { load } from 'js-yaml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { hasPrometheus } from '../../testing/system-programs.ts';
import { ROOT } from '../../tools/project.ts';
import { DEPLOYMENT, deploymentFile, STOP_S } from './deployment-files.ts';

describe('the Compose file', () => {
  const file = deploymentFile('compose.yaml');
  const amounts = z.object({ cpus: z.string(), memory: z.string() });
  const relaySchema = z.object({
    environment: z.record(z.string(), z.string()),
    env_file: z.literal('.env'),
    networks: z.object({ relays: z.object({ ipv4_address: z.string() }) }),
    stop_grace_period: z.string().regex(/^\d+s$/),
    deploy: z.object({
      resources: z.object({ limits: amounts, reservations: amounts }),
    }),
  });
  const compose = z
    .object({
      services: z.record(z.string(), z.looseObject({ environment: z.looseObject({}).optional() })),
      configs: z.record(z.string(), z.object({ content: z.string() })),
    })
    .parse(load(file));
  const relays = Object.entries(compose.services)
    .filter(([name]) => name.startsWith('relay-'))
    .map(([, service]) => relaySchema.parse(service));
  const addresses = relays.map(({ networks }) => `${networks.relays.ipv4_address}:8787`);

  it('follows its schema and the rules of dclint', () => {
    // The order of a service’s keys is told by what belongs together.
    const rules = { 'service-keys-order': 0 } as const;
    const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] });
    const [result] = linter.lintFiles([join(DEPLOYMENT, 'compose.yaml')], false);
    expect(result?.messages).toEqual([]);
  });

  it('has three relays, each reached by the others at its own address', () => {
    expect(relays).toHaveLength(3);
    expect(relays.map(({ environment }) => environment['PEER_URL'])).toEqual(
      addresses.map((address) => `http://${address}`),
    );
    for (const { stop_grace_period: stops } of relays) {
      expect(Number.parseInt(stops)).toBeGreaterThan(STOP_S);
    }
  });

  it('has balancer and Prometheus name all relays', () => {
    const { PARLEY_RELAYS: balanced } = compose.services['balancer']!.environment!;
    expect(balanced).toBe(addresses.join(' '));
    const scraped = compose.configs['prometheus']!.content.match(/'[\d.:]+'/g);
    expect(scraped).toEqual(addresses.map((address) => `'${address}'`));
  });

  it('takes every secret from the settings beside it', () => {
    const values = Object.values(compose.services).flatMap(({ environment = {} }) =>
      Object.entries(environment).map(([name, value]) => [name, String(value)] as const),
    );
    const secrets = values.flatMap(([name, value]) => {
      if (/PASSWORD|SECRET|TOKEN|KEY|AUTH/.test(name)) return [value];
      return /:\/\/\w*:(.*)@/.exec(value)?.slice(1) ?? [];
    });
    expect(secrets.length).toBeGreaterThan(8);
    expect(secrets.filter((secret) => !/^\$\{\w+:\?\}$/.test(secret))).toEqual([]);
  });

  it('mounts files that there are', () => {
    const mounted = [...file.matchAll(/- (\.[^:]*):\//g)].map(([, path]) => path!);
    expect(mounted.length).toBeGreaterThan(2);
    expect(mounted.filter((path) => !existsSync(join(DEPLOYMENT, path)))).toEqual([]);
  });

  it.skipIf(!hasPrometheus())('has a configuration that Prometheus accepts', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'parley-prometheus-'));
    const path = join(folder, 'prometheus.yml');
    const token = join(folder, 'token');
    await writeFile(token, 'metrics-token-0001');
    const configuration = compose.configs['prometheus']!.content.replace(
      '/run/secrets/metrics-token',
      token,
    ).replace('alerts.yml', join(ROOT, 'docs/monitoring/alerts.yml'));
    await writeFile(path, configuration);
    const { status, stderr } = spawnSync('promtool', ['check', 'config', path], {
      encoding: 'utf8',
    });
    await rm(folder, { recursive: true });
    expect(stderr).toBe('');
    expect(status).toBe(0);
  });
});
