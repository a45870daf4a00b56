import { expect, type Locator, type Page, type Route } from '@playwright/test';
import { ERRORS, type ErrorCode } from '@parley/shared';
import type { Overview } from '@parley/shared/monitoring-api';

/** The relay's answers to its operator, and whom it answers; tests change it as they go. */
export interface ScriptedOperator {
  overview: Overview;
  /** Opens it; null: any bearer does. */
  token: string | null;
  /** Answers every request with this instead. */
  refusal: ErrorCode | null;
  /** Nothing answers. */
  isAway: boolean;
  /** Every request so far, as `GET /api/v1/…`. */
  readonly asked: string[];
}

/** The relay's API for operators without a relay. */
export async function scriptOperatorApi(
  page: Page,
  change: Partial<ScriptedOperator> & Pick<ScriptedOperator, 'overview'>,
): Promise<ScriptedOperator> {
  const operator: ScriptedOperator = {
    token: null,
    refusal: null,
    isAway: false,
    asked: [],
    ...change,
  };
  await page.route(/\/api\/v1\/(admin|monitoring)\//, (route) => answer(route, operator));
  return operator;
}

export const OPERATOR_TOKEN = 'operators-token-0001';

/** Goes there as a link does: the scripted page has one document only. */
export async function openStatus(page: Page): Promise<void> {
  await page.evaluate(() => history.pushState(null, '', '/status'));
}

/** The window knows the operator's token from before. */
export async function rememberOperator(page: Page): Promise<void> {
  await page.evaluate(
    (token) =>
      sessionStorage.setItem(`parley.operator ${location.origin}`, JSON.stringify({ token })),
    OPERATOR_TOKEN,
  );
}

/** Gives the operator's token. */
export async function enterToken(page: Page, token = OPERATOR_TOKEN): Promise<void> {
  const field = page.getByLabel('Operator’s token');
  await expect(field).toBeFocused();
  await field.fill(token);
  await page.keyboard.press('Enter');
}

/** What says whether the relay is well. */
export function verdictOf(page: Page): Locator {
  return page.getByRole('region', { name: 'Verdict' }).getByRole('status');
}

function answer(route: Route, operator: ScriptedOperator): Promise<void> {
  const request = route.request();
  const { pathname, search, searchParams } = new URL(request.url());
  operator.asked.push(`${request.method()} ${pathname}${search}`);
  if (operator.isAway) return route.abort('connectionrefused');
  if (operator.refusal !== null) return refuse(route, operator.refusal);
  const bearer = request.headers()['authorization']?.replace(/^Bearer /, '');
  if (bearer === undefined || (operator.token !== null && bearer !== operator.token)) {
    return refuse(route, 'unauthorized');
  }
  const [kind, id, part] = pathname.replace('/api/v1/', '').split('/').slice(1);
  switch (kind) {
    case 'overview': {
      const { history } = operator.overview;
      const range = (searchParams.get('range') ?? '1h') as typeof history.range;
      return route.fulfill({ json: { ...operator.overview, history: { ...history, range } } });
    }
    case 'sessions':
      if (part === 'end') endSession(operator, id!);
      return route.fulfill({ status: 204 });
    case 'heap-snapshot':
      return route.fulfill({ contentType: 'application/json', body: '{"snapshot":{}}' });
    case 'health':
      return route.fulfill({
        json: reset(operator, decodeURIComponent(pathname.split('/').at(-1)!)),
      });
    default:
      return refuse(route, 'not_found');
  }
}

function endSession(operator: ScriptedOperator, id: string): void {
  const sessions = operator.overview.sessions.filter((session) => session.session_id !== id);
  operator.overview = { ...operator.overview, sessions, sessions_total: sessions.length };
}

function reset(operator: ScriptedOperator, serviceId: string): object {
  const services = operator.overview.services.map((service) =>
    service.service_id === serviceId
      ? { ...service, state: 'healthy' as const, failure_count: 0 }
      : service,
  );
  operator.overview = { ...operator.overview, services };
  return {
    service_id: serviceId,
    status: 'reset',
    health: { state: 'healthy', failure_count: 0 },
  };
}

function refuse(route: Route, code: ErrorCode): Promise<void> {
  const { status, message, retryable } = ERRORS[code];
  const error = { code, message, retryable, request_id: 'req_1' };
  return route.fulfill({ status, json: { error } });
}
