import {
  BrowserClient,
  dedupeIntegration,
  defaultStackParser,
  getCurrentScope,
  globalHandlersIntegration,
  type BrowserOptions,
  type ErrorEvent,
} from '@sentry/browser';
import type { StoreApi } from 'zustand/vanilla';
import { version } from '../../../package.json';
import type { CallState, MediaEngine, RelayAddress } from '../../client/index.ts';
import { harmlessReport } from './harmless-report.ts';
import { ownFailureIn } from './own-failures.ts';
import { reportTransport } from './report-transport.ts';

/** Of one visit: a page that fails in a loop tells nothing new. */
const MAX_REPORTS = 20;
const PATH = '/api/v1/reports';

export interface ErrorReportsOptions {
  /** `error_reports` in the relay's answer, not checked yet. */
  readonly project: unknown;
  /** Never rejects. */
  readonly relay: Promise<RelayAddress>;
  readonly engine: Pick<MediaEngine, 'subscribe'>;
  readonly call: Pick<StoreApi<CallState>, 'getState' | 'subscribe'>;
}

/**
 * Reports errors that nothing handles, and failures that the page has caught itself, to the
 * operator's Sentry by way of the relay; until the page is left. Nothing else is gathered: no
 * breadcrumbs, no requests, no traces. This module is loaded only if the relay asks for it.
 */
export async function startErrorReports(options: ErrorReportsOptions): Promise<void> {
  const { project, engine, call } = options;
  const relay = await options.relay;
  if (relay.kind !== 'known' || !isProject(project)) return;
  let sessionId = call.getState().session?.id;
  call.subscribe(({ session }) => (sessionId = session?.id ?? sessionId));
  let count = 0;
  const client = new BrowserClient({
    dsn: project.dsn,
    tunnel: new URL(PATH, relay.origin).href,
    transport: reportTransport,
    stackParser: defaultStackParser,
    integrations: [globalHandlersIntegration(), dedupeIntegration()],
    dataCollection: NOTHING,
    maxBreadcrumbs: 0,
    sendClientReports: false,
    beforeSend(event, { originalException }) {
      const own = (originalException as { readonly code?: unknown } | null | undefined)?.code;
      const report = harmlessReport(event, {
        origin: location.origin,
        release: `parley@${version}`,
        sessionId,
        code: event.tags?.['code'] ?? own,
      });
      if (report === null || count >= MAX_REPORTS) return null;
      count += 1;
      return { ...report, type: undefined } as ErrorEvent;
    },
  });
  getCurrentScope().setClient(client);
  client.init();
  engine.subscribe((notice) => {
    const failure = ownFailureIn(notice);
    if (failure !== undefined) client.captureEvent(failure);
  });
}

/** What the library would gather by itself. */
const NOTHING: NonNullable<BrowserOptions['dataCollection']> = {
  userInfo: false,
  cookies: false,
  httpHeaders: false,
  httpBodies: [],
  urlQueryParams: false,
  stackFrameVariables: false,
  frameContextLines: 0,
};

interface Project {
  readonly dsn: string;
}

function isProject(value: unknown): value is Project {
  return typeof (value as Partial<Project> | null)?.dsn === 'string';
}
