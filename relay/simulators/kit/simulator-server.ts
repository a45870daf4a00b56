import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { FaultPlan, type Fault, type FaultMoment } from './fault.ts';
import type { Simulator } from './simulator.ts';
import { watchResponse, watchSocket } from './traffic.ts';

export interface Routes {
  /** @returns false where there is nothing at this address */
  request?(request: IncomingMessage, response: ServerResponse): boolean | Promise<boolean>;
  /**
   * Judges a WebSocket's opening: a status refuses it, anything else takes it.
   *
   * @returns what to do with the socket once it is open, or the status of the refusal
   */
  upgrade?(request: IncomingMessage): ((socket: WebSocket) => void) | number;
}

const KEY = 'simulated-key-3f1c';
const MAX_TRACEPARENTS = 1_000;

/** The connection under each WebSocket, which `ws` keeps to itself. */
const connections = new WeakMap<WebSocket, Socket>();

/**
 * The part all simulators share: a server on a free port, faults at the connection, and what is
 * counted. Faults of kind `refuse`, `status` and `half-open` at `first-use` are performed here,
 * for requests and upgrades alike; the others are the vendor's own file's to perform, with `plan`.
 */
export class SimulatorServer implements Simulator {
  readonly key = KEY;
  readonly complaints: string[] = [];
  readonly traceparents: (string | undefined)[] = [];
  readonly plan = new FaultPlan();
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  readonly #connections = new Set<Socket>();
  requests = 0;
  #answering = 0;
  #url = '';

  constructor(routes: Routes) {
    this.#server = createServer(
      (request, response) => void this.#request(routes, request, response),
    );
    this.#server.on('connection', (socket: Socket) => {
      this.#connections.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#connections.delete(socket));
    });
    this.#server.on('upgrade', (request, socket, head) =>
      this.#upgrade(routes, request, socket, head),
    );
  }

  async listen(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
    return this;
  }

  get url(): string {
    return this.#url;
  }

  get open(): number {
    return this.#sockets.clients.size + this.#answering;
  }

  get failures(): number {
    return this.plan.taken;
  }

  fail(fault: Fault, moment: FaultMoment, times?: number): void {
    this.plan.add(fault, moment, times);
  }

  recover(): void {
    this.plan.clear();
  }

  fallSilent(): void {
    for (const socket of this.#connections) fallSilent(socket);
  }

  cut(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  complain(complaint: string): void {
    this.complaints.push(complaint);
  }

  /** Refuses a WebSocket's opening, with a complaint. @returns the status, for `upgrade` */
  refusal(status: number, complaint: string): number {
    this.complain(complaint);
    return status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #request(
    routes: Routes,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    watchResponse(response, this.#url);
    this.requests += 1;
    this.#answering += 1;
    response.once('close', () => {
      this.#answering -= 1;
    });
    const fault = this.plan.take('first-use', ['refuse', 'status', 'half-open']);
    if (fault?.kind === 'refuse') return void request.socket.destroy();
    if (fault?.kind === 'half-open') return fallSilent(request.socket);
    if (fault?.kind === 'status') {
      response.writeHead(fault.status, retryAfter(fault)).end('{"error":"simulated"}');
      return;
    }
    try {
      if ((await routes.request?.(request, response)) === true) return;
      this.complain(`There is nothing at ${request.method} ${request.url}.`);
      response.writeHead(404).end();
    } catch (error) {
      this.complain(`The simulator failed: ${String(error)}`);
      response.destroy();
    }
  }

  #upgrade(routes: Routes, request: IncomingMessage, socket: Duplex, head: Buffer): void {
    this.requests += 1;
    // One header line of the name: Node gives a text.
    this.traceparents.push(request.headers['traceparent'] as string | undefined);
    if (this.traceparents.length > MAX_TRACEPARENTS) this.traceparents.shift();
    const fault = this.plan.take('first-use', ['refuse', 'status', 'half-open']);
    if (fault?.kind === 'refuse') return void socket.destroy();
    if (fault?.kind === 'half-open') return fallSilent(socket as Socket);
    const verdict = fault?.kind === 'status' ? fault.status : (routes.upgrade?.(request) ?? 404);
    if (typeof verdict === 'number') {
      const headers = fault?.kind === 'status' ? retryAfter(fault) : {};
      const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
      socket.end(
        `HTTP/1.1 ${verdict} Refused\r\n${lines.join('')}content-length: 0\r\nconnection: close\r\n\r\n`,
      );
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      connections.set(webSocket, socket as Socket);
      webSocket.on('error', () => webSocket.terminate());
      watchSocket(webSocket, this.#url);
      verdict(webSocket);
    });
  }
}

/** Performs a fault on an open WebSocket. @returns whether the caller must say nothing more */
export function breakSocket(socket: WebSocket, fault: Fault | undefined): boolean {
  switch (fault?.kind) {
    case 'abrupt-close':
    case 'refuse':
      socket.terminate();
      return true;
    case 'malformed':
      socket.send('{"type":');
      return true;
    case 'half-open':
      fallSilent(connections.get(socket)!);
      return true;
    case 'stall':
      return true;
    case 'status':
      socket.close(1011, 'simulated');
      return true;
    case 'slow':
    case undefined:
      return false;
  }
}

/** Performs a fault in the middle of an answer. @returns whether the caller must say nothing more */
export function breakResponse(response: ServerResponse, fault: Fault | undefined): boolean {
  switch (fault?.kind) {
    case 'abrupt-close':
    case 'refuse':
    case 'status':
      response.destroy();
      return true;
    case 'malformed':
      response.end('data: {"type":\n\n');
      return true;
    case 'half-open':
      if (response.socket !== null) fallSilent(response.socket);
      return true;
    case 'stall':
      return true;
    case 'slow':
    case undefined:
      return false;
  }
}

/** What a pulled cable looks like from the other end: no data is read, none is sent, no goodbye. */
function fallSilent(socket: Socket): void {
  socket.pause();
  socket.removeAllListeners('data');
  socket.removeAllListeners('readable');
  // The WebSocket on top would take more as soon as it has done with what it has.
  socket.resume = () => socket;
  socket.write = () => true;
}

function retryAfter(fault: Fault & { readonly kind: 'status' }): Record<string, string> {
  return fault.retryAfterS === undefined ? {} : { 'retry-after': String(fault.retryAfterS) };
}
