import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { Deployment } from 'kubernetes-models/apps/v1';
import { HorizontalPodAutoscaler } from 'kubernetes-models/autoscaling/v2';
import { Ingress } from 'kubernetes-models/networking.k8s.io/v1';
import { PodDisruptionBudget } from 'kubernetes-models/policy/v1';
import { Service } from 'kubernetes-models/v1';
import { parse as parseToml } from 'smol-toml';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { METRICS } from '../../src/watching/metrics/metric-table.ts';
import { DEPLOYMENT, deploymentFile, STOP_S } from './deployment-files.ts';

describe('fly.toml', () => {
  const seconds = z.string().regex(/^\d+s$/);
  const path = z
    .string()
    .refine((name) => existsSync(join(DEPLOYMENT, name)), 'there is no such file');
  const schema = z.strictObject({
    app: z.string(),
    primary_region: z.string().length(3),
    kill_signal: z.literal('SIGTERM'),
    kill_timeout: z.int().gt(STOP_S).max(300),
    build: z.strictObject({ dockerfile: path, ignorefile: path }),
    deploy: z.strictObject({ strategy: z.literal('rolling'), max_unavailable: z.int().min(1) }),
    env: z.record(z.string(), z.string()),
    http_service: z.strictObject({
      internal_port: z.literal(8787),
      force_https: z.literal(true),
      // No scale to zero: a call is not a request.
      auto_stop_machines: z.literal('off'),
      auto_start_machines: z.boolean(),
      min_machines_running: z.int().min(1),
      concurrency: z.strictObject({
        type: z.literal('connections'),
        soft_limit: z.int(),
        hard_limit: z.int(),
      }),
      checks: z
        .array(
          z.strictObject({
            method: z.literal('GET'),
            path: z.enum(['/livez', '/readyz']),
            interval: seconds,
            timeout: seconds,
            grace_period: seconds,
          }),
        )
        .min(1),
    }),
    vm: z.array(z.strictObject({ size: z.string(), memory: z.string() })).length(1),
  });

  it('has only keys and values that Fly.io knows', () => {
    expect(schema.safeParse(parseToml(deploymentFile('fly.toml'))).error).toBeUndefined();
  });

  it('gives each machine its own PEER_URL', () => {
    const { env } = schema.parse(parseToml(deploymentFile('fly.toml')));
    const { stdout } = spawnSync(process.execPath, ['-p', 'process.env.PEER_URL'], {
      encoding: 'utf8',
      env: { ...env, FLY_PRIVATE_IP: 'fdaa:0:1::3' },
    });
    expect(stdout.trim()).toBe('http://[fdaa:0:1::3]:8787');
  });
});

describe('the Kubernetes manifest', () => {
  const MODELS = { Deployment, Service, Ingress, PodDisruptionBudget, HorizontalPodAutoscaler };
  const objects = loadAll(deploymentFile('kubernetes.yaml')).map((object) =>
    z.looseObject({ apiVersion: z.string(), kind: z.string() }).parse(object),
  );
  const [deployment] = objects;

  it('has objects that follow Kubernetes’ own schemas', () => {
    expect(objects.map(({ kind }) => kind)).toEqual(Object.keys(MODELS));
    for (const object of objects) {
      const model = new MODELS[object.kind as keyof typeof MODELS](object as never);
      expect(() => model.validate()).not.toThrow();
      expect(model.apiVersion).toBe(object.apiVersion);
    }
    expect(() => new Deployment({ spec: { replicas: 'two' } } as never).validate()).toThrow();
  });

  it('selects the pods of the deployment everywhere', () => {
    const selectors = [
      ...deploymentFile('kubernetes.yaml').matchAll(/(?:matchLabels|selector|labels): (\{.*)/g),
    ];
    expect(selectors.length).toBeGreaterThan(5);
    expect(new Set(selectors.map(([, labels]) => labels))).toEqual(new Set(['{ app: parley }']));
  });

  it('gives each pod its own PEER_URL, and time to stop', () => {
    const { spec } = new Deployment(deployment as never).spec!.template;
    const env = spec!.containers[0]!.env!.map(({ name, value }) => [name, value]);
    expect(env).toContainEqual(['PEER_URL', 'http://$(POD_IP):8787']);
    // What a value names stands before it.
    expect(env.map(([name]) => name).indexOf('POD_IP')).toBe(0);
    expect(spec!.terminationGracePeriodSeconds).toBeGreaterThan(STOP_S);
  });

  it('scales by a metric that there is', () => {
    const [, name = ''] = /metric: \{ name: (\w+) \}/.exec(deploymentFile('kubernetes.yaml')) ?? [];
    expect(Object.keys(METRICS)).toContain(name);
  });
});
