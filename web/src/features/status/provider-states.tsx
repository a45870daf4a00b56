import { Icon } from '../../ui/icon.tsx';
import type { MonitoredService, Overview } from '@parley/shared/monitoring-api';
import { countText } from '../../lib/figures.ts';
import { Button } from '../../ui/button.tsx';
import { Complaint } from '../../ui/complaint.tsx';
import { STAGE_WORDS } from '../account/stage-words.ts';
import { useAction } from '../account/use-action.ts';
import { Empty, Part } from './part.tsx';
import { useOperator } from './status-context.ts';
import { agoText } from './status-words.ts';
import row from '../../ui/row.module.css';
import styles from './rows.module.css';

const SIGNS = { healthy: 'circle-check', degraded: 'triangle-alert', failed: 'octagon-x' } as const;

/** The candidates of each stage, in order of preference, their state, and the present one. */
export function ProviderStates({ overview }: { readonly overview: Overview }) {
  const { services, health, timestamp } = overview;
  const { healthy, total } = health.services;
  return (
    <Part title="Providers" note={`${healthy} of ${total} healthy`}>
      <div className={styles.stages}>
        {STAGE_WORDS.map(({ stage, name }) => {
          const ofStage = services.filter((service) => service.stage === stage);
          const inUse = health.providers[stage];
          return (
            <div key={stage} className={styles.group}>
              <h3 className="quiet">{name}</h3>
              {ofStage.length === 0 ? (
                <Empty>{noneText(inUse)}</Empty>
              ) : (
                <ul className={styles.rows}>
                  {ofStage.map((service) => (
                    <ProviderRow
                      key={service.service_id}
                      service={service}
                      isInUse={service.name === inUse}
                      now={timestamp}
                    />
                  ))}
                </ul>
              )}
            </div>
          );
        })}
      </div>
    </Part>
  );
}

function noneText(inUse: string): string {
  return inUse === 'browser' ? 'The person’s browser does it.' : 'No provider is set up.';
}

interface ProviderRowProps {
  readonly service: MonitoredService;
  readonly isInUse: boolean;
  /** The relay's time. */
  readonly now: string;
}

function ProviderRow({ service, isInUse, now }: ProviderRowProps) {
  const { state, url, last_error: lastError, last_error_at: errorAt } = service;
  const sign = SIGNS[state];
  return (
    <li className={styles.row}>
      <span className={styles.sign} data-state={state}>
        <Icon name={sign} size={20} />
      </span>
      <div className={`${row.words} ${styles.words}`}>
        <p className={row.name}>
          {service.name}
          <span className={styles.state} data-state={state}>
            {state}
          </span>
          {isInUse && <span className={row.badge}>in use</span>}
        </p>
        {url !== null && <p className="quiet">{url}</p>}
        {lastError !== null && (
          <p className="quiet">
            Last error: {lastError}
            {errorAt !== null && `, ${agoText(errorAt, now)}`}
          </p>
        )}
        <p className={row.facts}>
          <span>{checkText(service, now)}</span>
          {service.latency_ms !== null && <span>{Math.round(service.latency_ms)} ms</span>}
          <span>{usedText(service)}</span>
        </p>
      </div>
      {(state !== 'healthy' || service.failure_count > 0) && <ResetButton service={service} />}
    </li>
  );
}

function checkText({ last_check: lastCheck }: MonitoredService, now: string): string {
  return lastCheck === null ? 'Not checked yet' : `Checked ${agoText(lastCheck, now)}`;
}

function usedText({ total_requests: requests, total_failures: failures }: MonitoredService) {
  if (requests === 0) return 'not used yet';
  const used = countText(requests, 'request', 'requests');
  return failures === 0 ? used : `${used}, ${failures.toLocaleString('en')} failed`;
}

/** Has a failed provider tried at once. */
function ResetButton({ service }: { readonly service: MonitoredService }) {
  const { api, feed } = useOperator();
  const { isRunning, complaint, run } = useAction();
  const reset = async (): Promise<void> => {
    await run((signal) => api.resetService(service.service_id, signal));
    void feed.refresh();
  };
  return (
    <div className={styles.act}>
      <Button
        disabled={isRunning}
        aria-label={`Reset ${service.name} (${service.stage})`}
        onClick={() => void reset()}
      >
        Reset
      </Button>
      <Complaint>{complaint}</Complaint>
    </div>
  );
}
