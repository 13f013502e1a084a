import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * How a link is. `cut`: connections are reset and no new one is made. `silent`: nothing passes, nothing is told.
 * `slow`: everything passes late.
 */
export type LinkState = 'open' | 'cut' | 'silent' | 'slow';

/** A TCP link between two programs that can be made to fail. */
export interface LinkProxy {
  readonly port: number;
  /** How many connections were made over it. */
  readonly connections: number;
  set(state: LinkState): void;
  close(): Promise<void>;
}

const SLOW_MS = 150;

export async function openLinkProxy(targetPort: number, targetHost = '127.0.0.1'): Promise<LinkProxy> {
  let state: LinkState = 'open';
  let connections = 0;
  const sockets = new Set<Socket>();
  const waiting = new Set<() => void>();

  /** Waits until something may pass. False when the connection is gone by then. */
  async function mayPass(socket: Socket): Promise<boolean> {
    if (state === 'slow') await sleep(SLOW_MS);
    while (state === 'silent' && !socket.destroyed) {
      await new Promise<void>((resolve) => {
        waiting.add(resolve);
      });
    }
    return !socket.destroyed;
  }

  function relay(from: Socket, to: Socket): void {
    let turn = Promise.resolve();
    const inTurn = (work: () => void): void => {
      turn = turn.then(async () => {
        if (await mayPass(to)) work();
      });
    };
    from.on('data', (chunk) => {
      from.pause();
      inTurn(() => {
        to.write(chunk);
        from.resume();
      });
    });
    from.on('end', () => inTurn(() => to.end()));
    from.on('error', () => inTurn(() => to.resetAndDestroy()));
    from.on('close', () => inTurn(() => to.end()));
  }

  const server = createServer({ allowHalfOpen: true }, (near) => {
    near.on('error', () => undefined);
    if (state === 'cut') {
      near.resetAndDestroy();
      return;
    }
    connections += 1;
    const far = connect({ host: targetHost, port: targetPort, allowHalfOpen: true });
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
    }
    relay(near, far);
    relay(far, near);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');

  const wake = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  const cut = (): void => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    set(next) {
      state = next;
      if (next === 'cut') cut();
      wake();
    },
    async close() {
      state = 'cut';
      const closed = once(server, 'close');
      server.close();
      cut();
      wake();
      await closed;
    },
  };
}
