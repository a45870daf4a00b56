import type { LogTap } from '../../base/lib/log-tap.ts';
import { ErrorReports } from './error-reports.ts';
import { SentryClient, type SentryClientOptions } from './sentry-client.ts';

export interface Reporting extends AsyncDisposable {
  readonly reports: ErrorReports;
}

/** Reports errors to Sentry. This module is loaded only if that is wanted. */
export function openReporting({
  tap,
  ...options
}: SentryClientOptions & { readonly tap: LogTap | undefined }): Reporting {
  const client = new SentryClient(options);
  const reports = new ErrorReports(client, tap);
  return {
    reports,
    async [Symbol.asyncDispose]() {
      reports[Symbol.dispose]();
      await client[Symbol.asyncDispose]();
    },
  };
}
