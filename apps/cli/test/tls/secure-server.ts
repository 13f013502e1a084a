import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { SecureVersion } from 'node:tls';

export interface SecureServer {
  readonly port: number;
  close(): Promise<void>;
}

/** Serves HTTPS on every address of this machine. @param name path of certificate and key, without its end */
export async function serveSecurely(
  name: string,
  listener: RequestListener,
  maxVersion?: SecureVersion,
): Promise<SecureServer> {
  const server = createServer(
    {
      cert: readFileSync(`${name}.crt`),
      key: readFileSync(`${name}.key`),
      ...(maxVersion === undefined ? {} : { minVersion: maxVersion, maxVersion, ciphers: 'ALL:@SECLEVEL=0' }),
    },
    listener,
  ).listen(0);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
