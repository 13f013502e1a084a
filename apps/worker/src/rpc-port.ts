import { once } from 'node:events';
import type { Server } from 'node:http';

/** The control plane keeps connections; each is closed when its last call has ended. */
const IDLE_CONNECTION_CHECK_MS = 50;

export async function listenOn(
  server: Server,
  address: { readonly host: string; readonly port: number },
): Promise<void> {
  server.listen(address);
  await once(server, 'listening');
}

/** Waits for the calls in flight, but not longer than `timeoutMs`: then their connections are closed. */
export async function closeWithin(server: Server, timeoutMs: number, onTimeout: () => void): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  const timer = setTimeout(() => {
    onTimeout();
    server.closeAllConnections();
  }, timeoutMs);
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CONNECTION_CHECK_MS);
  await closed;
  clearInterval(idle);
  clearTimeout(timer);
}
