import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FakeClock, settle } from '../../../base/lib/clock.fake.ts';
import { ProviderError } from '../../../call/stages/provider-error.ts';
import { SocketStock, type SocketLease, type StockedSocket } from './socket-stock.ts';
import type { SocketListener } from './vendor-socket.ts';

const MAX_AGE_MS = 60_000;

/** The part of a socket that a stock sees, without a connection. */
class IdleSocket implements StockedSocket {
  readonly openedAtMs: number;
  isOpen = true;
  isHeld = false;
  #listener: SocketListener = {};

  constructor(openedAtMs: number) {
    this.openedAtMs = openedAtMs;
  }

  listen(listener: SocketListener): () => void {
    this.#listener = listener;
    return () => {};
  }

  isAlive(): Promise<boolean> {
    return Promise.resolve(this.isOpen);
  }

  close(): void {
    this.isOpen = false;
  }

  terminate(): void {
    this.isOpen = false;
  }

  /** The vendor hangs up, or the line is lost. */
  fail(error: ProviderError): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#listener.closed?.(error);
  }

  failure(): ProviderError {
    return new ProviderError({ provider: 'test', stage: 'transcriber', fault: 'closed' });
  }
}

type Dial = PromiseWithResolvers<IdleSocket> & { readonly signal: AbortSignal };

/** A stock, its users and its vendor, each step of which the test takes. */
class World {
  readonly clock = new FakeClock();
  readonly sockets: IdleSocket[] = [];
  readonly leases: SocketLease<IdleSocket>[] = [];
  readonly #waiting = new Set<AbortController>();
  readonly #dials: Dial[] = [];
  readonly stock: SocketStock<IdleSocket>;
  calls = 0;
  /** Whether a socket was ever used by two at once. */
  isShared = false;
  highestInUse = 0;
  failures = 0;

  constructor(isReused: boolean) {
    this.stock = new SocketStock<IdleSocket>({
      open: (signal) => {
        const dial = { ...Promise.withResolvers<IdleSocket>(), signal };
        signal.addEventListener('abort', () => dial.reject(signal.reason));
        this.#dials.push(dial);
        return dial.promise;
      },
      maxAgeMs: MAX_AGE_MS,
      isReused,
      clock: this.clock,
    });
  }

  /** Connections at the vendor, those under way included. */
  get connections(): number {
    return this.sockets.filter(({ isOpen }) => isOpen).length + this.dialling.length;
  }

  get dialling(): Dial[] {
    return this.#dials.filter(({ signal }) => !signal.aborted);
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  acquire(): void {
    const abort = new AbortController();
    this.#waiting.add(abort);
    this.highestInUse = Math.max(this.highestInUse, this.leases.length + this.#waiting.size);
    void this.stock.acquire(abort.signal).then(
      (lease) => {
        this.isShared ||= lease.socket.isHeld;
        lease.socket.isHeld = true;
        this.#waiting.delete(abort);
        this.leases.push(lease);
      },
      () => {
        this.#waiting.delete(abort);
        this.failures += 1;
      },
    );
  }

  leave(n: number): void {
    [...this.#waiting][n % Math.max(1, this.#waiting.size)]?.abort(new Error('left'));
  }

  end(n: number, how: 'giveBack' | 'discard'): void {
    const [lease] = this.leases.splice(n % Math.max(1, this.leases.length), 1);
    if (lease === undefined) return;
    lease.socket.isHeld = false;
    lease[how]();
    // A second end of the same lease changes nothing.
    lease.discard();
  }

  answerDial(n: number, isAccepted: boolean): void {
    const open = this.dialling;
    const dial = open[n % Math.max(1, open.length)];
    if (dial === undefined) return;
    this.#dials.splice(this.#dials.indexOf(dial), 1);
    if (!isAccepted) return dial.reject(new Error('refused'));
    const socket = new IdleSocket(this.clock.now());
    this.sockets.push(socket);
    dial.resolve(socket);
  }

  hangUp(n: number): void {
    const socket = this.sockets[n % Math.max(1, this.sockets.length)];
    socket?.fail(socket.failure());
  }

  call(delta: 1 | -1): void {
    if (this.calls + delta < 0) return;
    this.calls += delta;
    if (delta === 1) this.stock.callBegan();
    else this.stock.callEnded();
  }

  async pass(seconds: number): Promise<void> {
    for (let n = 0; n < seconds; n += 1) {
      await this.clock.advance(1_000);
      this.stock.maintain();
    }
  }
}

const number = fc.nat({ max: 50 });
const step = fc.oneof(
  { weight: 5, arbitrary: fc.constant((world: World) => world.acquire()) },
  { weight: 5, arbitrary: number.map((n) => (world: World) => world.answerDial(n, true)) },
  { weight: 4, arbitrary: number.map((n) => (world: World) => world.end(n, 'giveBack')) },
  number.map((n) => (world: World) => world.answerDial(n, false)),
  number.map((n) => (world: World) => world.end(n, 'discard')),
  number.map((n) => (world: World) => world.hangUp(n)),
  number.map((n) => (world: World) => world.leave(n)),
  fc.constantFrom(1 as const, 1 as const, -1 as const).map((d) => (world: World) => world.call(d)),
  fc.nat({ max: 15 }).map((n) => (world: World) => world.pass(n)),
);

it.each([true, false])(
  'sockets have one user, are bounded and not lost, in any order of events (reused: %s)',
  async (isReused) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
        const world = new World(isReused);
        for (const take of steps) {
          await take(world);
          await settle();
          const inUse = world.leases.length + world.waiting;
          // As many as were in use at once, and one more; if they last for one use, also those
          // that are opened for the uses of half a second.
          const bound = isReused ? world.highestInUse + 1 : 2 * world.highestInUse + 1;
          expect(world.connections).toBeLessThanOrEqual(bound);
          expect(world.dialling.length).toBeGreaterThanOrEqual(world.waiting);
          const held = world.leases.filter(({ socket }) => socket.isOpen).length;
          // Without a call, no more exist than are used or waited for.
          const idle = world.connections - held - world.waiting;
          expect(world.calls === 0 ? idle : 0).toBe(0);
          expect(world.isShared).toBe(false);
          expect(world.stock.spares).toBeLessThanOrEqual(Math.max(1, bound - inUse));
        }
        // In the end all that is asked for is served, and all is let go of.
        while (world.waiting > 0) {
          world.answerDial(0, true);
          await settle();
        }
        while (world.leases.length > 0) world.end(0, 'giveBack');
        while (world.calls > 0) world.call(-1);
        await settle();
        expect([world.connections, world.stock.spares]).toEqual([0, 0]);
        expect(world.clock.pendingTimers).toBe(0);
      }),
      { numRuns: 300 },
    );
  },
);

it('opens hardly more sockets than are in use at once, through minutes of taking turns', async () => {
  const world = new World(true);
  for (let call = 0; call < 100; call += 1) world.call(1);
  let opened = 0;
  const accept = async () => {
    for (; world.dialling.length > 0; opened += 1) world.answerDial(0, true);
    await settle();
  };
  // Each of 100 people speaks for ten seconds and is silent for three.
  for (let second = 0; second < 180; second += 1) {
    for (let person = 0; person < 100; person += 1) {
      const at = (second + person) % 13;
      if (at === 10 && second >= 10) world.end(0, 'giveBack');
      if (at === 0) world.acquire();
    }
    await accept();
    await world.pass(1);
  }
  expect(world.highestInUse).toBeGreaterThan(70);
  // All of them are renewed twice, because they grow old.
  expect(opened).toBeLessThanOrEqual(1.1 * 4 * world.highestInUse);
  expect(world.connections).toBeLessThanOrEqual(1.1 * world.highestInUse);
});

it('lets go of sockets when demand falls, a part at a time', async () => {
  const world = new World(true);
  for (let call = 0; call < 100; call += 1) world.call(1);
  for (let n = 0; n < 100; n += 1) world.acquire();
  for (let n = 0; n < 101; n += 1) world.answerDial(0, true);
  await settle();
  while (world.leases.length > 0) world.end(0, 'giveBack');
  let before = world.connections;
  expect(before).toBe(100);
  for (let second = 0; second < 60; second += 1) {
    await world.pass(1);
    expect(before - world.connections).toBeLessThanOrEqual(11);
    before = world.connections;
  }
  expect(world.connections).toBeLessThanOrEqual(1);
});
