import type { AdminStore, Storage, UserStore } from './storage.ts';

const NOTHING: UserStore = {
  conversations: async () => ({ conversations: [], next: null }),
  conversation: async () => undefined,
  messages: async () => undefined,
  rename: async () => false,
  remove: async () => false,
  usage: async () => [],
  removeEverything: async () => {},
};

const NO_TOTALS: AdminStore = {
  usage: async () => [],
  spentSince: async () => ({ microUsd: 0, byUser: new Map() }),
  turnsBetween: async () => [],
};

/** A relay that keeps nothing has nothing to show. */
export const NO_STORAGE: Storage = {
  state: 'off',
  spoolBytes: 0,
  asUser: () => NOTHING,
  admin: NO_TOTALS,
  append() {},
};
