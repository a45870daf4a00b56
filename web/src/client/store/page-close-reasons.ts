import type { CloseReason } from '@parley/shared/close-codes';

/** Why a call ended before the relay had a say in it; the code is the first that is not reserved. */
export const MISCONFIGURED = {
  code: 4000,
  reason: 'page_misconfigured',
  retry: 'never',
  message: 'This page is not set up correctly.',
} as const satisfies CloseReason;

export const NOT_SIGNED_IN = {
  code: 4000,
  reason: 'unauthorized',
  retry: 'never',
  message: 'Sign in to talk.',
} as const satisfies CloseReason;

export const SIGN_IN_UNREACHABLE = {
  code: 4000,
  reason: 'sign_in_unreachable',
  retry: 'later',
  message: 'Your sign-in could not be renewed. Please try again.',
} as const satisfies CloseReason;

export const FAILED_TO_START = {
  code: 4000,
  reason: 'start_failed',
  retry: 'later',
  message: 'The call could not be started. Please try again.',
} as const satisfies CloseReason;

export const NOT_TOLD = {
  code: 'sign_out_untold',
  message:
    'You are signed out here. The server did not answer, so calls on other devices may go on.',
} as const;

export const NOT_KEPT = {
  code: 'not_found',
  message: 'The earlier conversation is not kept any more. A new one has begun.',
} as const;
