import type { Page, WebSocketRoute } from '@playwright/test';
import { LOG_PATHS } from '@parley/shared';

/** The relay's log without a relay. */
export interface ScriptedLog {
  /** Every filter that was asked for, of the address first, as JSON. */
  readonly filters: string[];
  /** What each connection offered besides the address. */
  readonly connections: number;
  /** Writes a line, or a notice. */
  write(...messages: readonly object[]): void;
  /** Ends the connection as a relay that goes away does. */
  cut(): Promise<void>;
}

export async function scriptLog(page: Page): Promise<ScriptedLog> {
  let current: WebSocketRoute | undefined;
  const filters: string[] = [];
  let connections = 0;
  await page.routeWebSocket(new RegExp(LOG_PATHS.tail), (socket) => {
    current = socket;
    connections += 1;
    const { searchParams } = new URL(socket.url());
    // Every connection asks for the last lines too.
    searchParams.delete('last');
    filters.push(JSON.stringify(Object.fromEntries(searchParams)));
    socket.onMessage((message) => filters.push(String(message)));
    socket.send(JSON.stringify({ filter: {} }));
  });
  return {
    filters,
    get connections() {
      return connections;
    },
    write(...messages) {
      for (const message of messages) current?.send(JSON.stringify(message));
    },
    async cut() {
      await current?.close();
    },
  };
}

export function logLine(msg: string, change: object = {}): object {
  return { level: 'info', time: new Date().toISOString(), msg, sessionId: 'sess_4f21', ...change };
}
