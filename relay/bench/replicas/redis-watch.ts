import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** Of each relay: its lease and budgets once a second, and whether Redis answers. */
const REGULAR = / "(PING|parley:replicas|parley:money:mark)"/;
/** A snapshot is the last of five arguments; the number before it is how long it is kept. */
const SNAPSHOT = / "parley:call:[^"]*" "[^"]*" "[^"]*" "\d+" "(.*)"$/;

/** What relays ask of their Redis while it is watched. */
export class RedisWatch implements Disposable {
  readonly #socket: Socket;
  #commands = 0;
  readonly #snapshotBytes: number[] = [];

  private constructor(socket: Socket) {
    this.#socket = socket;
    let rest = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      const lines = (rest + text).split('\r\n');
      rest = lines.pop()!;
      // A script's own commands come from `lua`.
      for (const line of lines) {
        if (line.includes('[0 lua]') || REGULAR.test(line) || line === '+OK') continue;
        this.#commands += 1;
        const [, snapshot] = SNAPSHOT.exec(line) ?? [];
        if (snapshot !== undefined) {
          this.#snapshotBytes.push(snapshot.replaceAll(String.raw`\"`, '"').length);
        }
      }
    });
  }

  static async start(port: number): Promise<RedisWatch> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    const watch = new RedisWatch(socket);
    socket.write('MONITOR\r\n');
    return watch;
  }

  /** Commands so far, but for the regular ones, and the size of each snapshot that was kept. */
  get seen() {
    return { commands: this.#commands, snapshotBytes: [...this.#snapshotBytes] };
  }

  [Symbol.dispose](): void {
    this.#socket.destroy();
  }
}
