import { expect } from 'chai';
import { holdTlsCredentials, type TlsCertificate, type TlsCredentials } from '../../src/index.js';

const NOW = new Date('2026-06-01T00:00:00Z');

const certificate = (path: string, days: number): TlsCertificate => ({
  kind: 'rpc_server',
  path,
  notBefore: new Date(0),
  notAfter: new Date(NOW.getTime() + days * 86_400_000),
  fingerprint256: path,
});

describe('holdTlsCredentials', () => {
  it('lists, reloads and closes all that there are, and warns of the one that ends', () => {
    const calls: string[] = [];
    const credentials = (name: string, days: number) =>
      ({
        certificates: () => [certificate(name, days)],
        reload: () => void calls.push(`reload ${name}`),
        close: () => void calls.push(`close ${name}`),
      }) as unknown as TlsCredentials;
    const warned: unknown[] = [];
    const logger = {
      debug: () => {},
      info: () => {},
      warn: (_message: string, fields?: Record<string, unknown>) => void warned.push(fields?.['path']),
      error: () => {},
    };
    const held = holdTlsCredentials([credentials('a', 100), undefined, credentials('b', 5)], {
      logger,
      clock: () => NOW,
    });
    expect(held.certificates().map(({ path }) => path)).to.deep.equal(['a', 'b']);
    expect(warned).to.deep.equal(['b']);
    held.reload();
    held.close();
    expect(calls).to.deep.equal(['reload a', 'reload b', 'close a', 'close b']);
  });
});
