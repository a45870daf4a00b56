import { STAGES, type Stage } from '@parley/shared';
import type { MonitoredService } from '@parley/shared/monitoring-api';
import type { ProviderStatus } from '../../call/stages/provider.ts';

/** Addresses of providers on a network, by `serviceId`. */
export type ServiceUrls = ReadonlyMap<string, string>;

export function serviceId(stage: Stage, name: string): string {
  return `${stage}:${name}`;
}

/** @returns undefined if it is not of the form `stage:name` */
export function parseServiceId(
  id: string,
): { readonly stage: Stage; readonly name: string } | undefined {
  const [, prefix, name] = /^([a-z]+):(.+)$/.exec(id) ?? [];
  const stage = STAGES.find((one) => one === prefix);
  return stage === undefined || name === undefined ? undefined : { stage, name };
}

export function describeService(status: ProviderStatus, urls: ServiceUrls): MonitoredService {
  const { stage, name, health, failuresInARow, lastFault, probeMs } = status;
  const id = serviceId(stage, name);
  return {
    service_id: id,
    stage,
    name,
    url: withoutSecrets(urls.get(id)),
    state: health,
    failure_count: failuresInARow,
    last_check: instant(status.lastCheckAtMs),
    last_success: instant(status.lastSuccessAtMs),
    last_error: lastFault ?? null,
    last_error_at: instant(status.lastFailureAtMs),
    latency_ms: probeMs === undefined ? null : Math.round(probeMs * 10) / 10,
    total_requests: status.requests,
    total_failures: status.failures,
  };
}

/** Some vendors take keys in the query, and some people put passwords in front of the host. */
function withoutSecrets(url: string | undefined): string | null {
  const parsed = url === undefined ? null : URL.parse(url);
  return parsed === null ? null : `${parsed.protocol}//${parsed.host}${parsed.pathname}`;
}

function instant(atMs: number | undefined): string | null {
  return atMs === undefined ? null : new Date(atMs).toISOString();
}
