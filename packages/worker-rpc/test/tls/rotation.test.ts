import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect as connectTcp } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import { expect } from 'chai';
import type { RpcClient, TlsCredentials } from '../../src/index.js';
import {
  createCertificates,
  type IssuedCertificate,
  type TestAuthority,
  type TestCertificates,
} from '../../src/testing.js';
import { eventually, WORKER } from '../worker-fixture.js';
import { controlPlaneTls, type SecureWorker, startSecureWorker } from './secure-worker.js';

interface End {
  readonly certFile: string;
  readonly keyFile: string;
  readonly caFile: string;
}

describe('rotation of TLS files', () => {
  let certificates: TestCertificates;
  let oldAuthority: TestAuthority;
  let newAuthority: TestAuthority;
  let worker: SecureWorker;
  let controlPlane: TlsCredentials;
  let client: RpcClient;
  let ends: { readonly worker: End; readonly controlPlane: End };

  before(async () => {
    certificates = await createCertificates();
    oldAuthority = await certificates.authority('old');
    newAuthority = await certificates.authority('new');
  });
  after(() => certificates.remove());

  beforeEach(async () => {
    ends = { worker: endOf('worker'), controlPlane: endOf('control-plane') };
    await putIdentities(oldAuthority);
    await putAuthorities(oldAuthority.cert);
    worker = await startSecureWorker({
      identity: ends.worker,
      clientAuthority: { certFile: ends.worker.caFile },
    });
    controlPlane = controlPlaneTls(ends.controlPlane, { certFile: ends.controlPlane.caFile });
    client = worker.client({ tls: { credentials: controlPlane } });
  });
  afterEach(async () => {
    controlPlane.close();
    await worker.close();
  });

  function endOf(name: string): End {
    const file = (part: string) => join(certificates.directory, `${name}.${part}`);
    return { certFile: file('crt'), keyFile: file('key'), caFile: file('ca') };
  }

  async function put(end: End, { cert, key }: IssuedCertificate): Promise<void> {
    await writeFile(end.certFile, cert);
    await writeFile(end.keyFile, key);
  }

  async function putIdentities(authority: TestAuthority): Promise<void> {
    await put(ends.worker, await authority.issue({ names: [`DNS:${WORKER}`], usage: 'serverAuth' }));
    await put(ends.controlPlane, await authority.issue({ names: ['DNS:cp'], usage: 'clientAuth' }));
  }

  async function putAuthorities(pem: string): Promise<void> {
    await writeFile(ends.worker.caFile, pem);
    await writeFile(ends.controlPlane.caFile, pem);
  }

  function reload(): void {
    worker.credentials.reload();
    controlPlane.reload();
  }

  it('loses no call while CA, certificates and keys are exchanged under load', async () => {
    const failures: unknown[] = [];
    let calls = 0;
    let over = false;
    const load = Array.from({ length: 8 }, async () => {
      while (!over) {
        await client.exec({ sandboxId: 'sb-1', command: 'true' }).catch((error: unknown) => {
          failures.push(error);
        });
        calls += 1;
      }
    });
    const afterSomeCalls = () => {
      const until = calls + 50;
      return eventually(() => calls >= until);
    };

    await afterSomeCalls();
    await putAuthorities(oldAuthority.cert + newAuthority.cert);
    reload();
    await afterSomeCalls();
    await putIdentities(newAuthority);
    reload();
    await afterSomeCalls();
    await putAuthorities(newAuthority.cert);
    reload();
    await afterSomeCalls();
    over = true;
    await Promise.all(load);

    expect(failures).to.deep.equal([]);
    expect(worker.refusals).to.deep.equal([]);
    expect(worker.connections()).to.be.within(16, 40);
  });

  it('lets a call under way end on the connection that it has', async () => {
    let finish: (() => void) | undefined;
    worker.methods.logs = () =>
      new Promise((resolve) => {
        finish = () => resolve(['done']);
      });
    const logs = client.logs({ sandboxId: 'sb-1', lines: 1 });
    await eventually(() => finish !== undefined);
    await putIdentities(oldAuthority);
    reload();
    await client.status({ sandboxId: 'sb-1' });
    expect(worker.connections(), 'the next call has a connection of its own').to.equal(2);
    finish?.();
    expect(await logs).to.deep.equal(['done']);
  });

  it('keeps connections whose CA stays, by way of an intermediate as well', async () => {
    const between = await oldAuthority.issue({ isAuthority: true, commonName: 'between' });
    const below = await certificates.authority('below');
    await below.becomes(between);
    const leaf = await below.issue({ names: ['DNS:cp'], usage: 'clientAuth' });
    await put(ends.controlPlane, { ...leaf, cert: leaf.cert + between.cert });
    controlPlane.reload();
    await client.status({ sandboxId: 'sb-1' });
    await writeFile(ends.worker.caFile, newAuthority.cert + oldAuthority.cert);
    worker.credentials.reload();
    await client.status({ sandboxId: 'sb-1' });
    expect(worker.connections()).to.equal(1);
    await writeFile(ends.worker.caFile, newAuthority.cert);
    worker.credentials.reload();
    await eventually(() => worker.logs.problems().length > 0);
    expect(worker.logs.problems()[0]?.message).to.include('the CA of its client certificate is gone');
  });

  it('ends connections whose CA is taken away', async () => {
    await client.status({ sandboxId: 'sb-1' });
    await writeFile(ends.worker.caFile, newAuthority.cert);
    worker.credentials.reload();
    await client.status({ sandboxId: 'sb-1' }).then(
      () => expect.fail('the call did not fail'),
      () => undefined,
    );
    expect(worker.methods.calls).to.have.length(1);
    await eventually(() => worker.refusals.includes('client_certificate_untrusted'));
    expect(worker.logs.problems().map(({ message }) => message)).to.include(
      'worker RPC connection ended: the CA of its client certificate is gone',
    );
  });

  it('does not serve a connection whose handshake began before its CA was taken away', async () => {
    const { cert, key } = await oldAuthority.issue({ names: ['DNS:cp'], usage: 'clientAuth' });
    const tcp = connectTcp(worker.port, '127.0.0.1');
    await eventually(() => worker.connections() === 1);
    await writeFile(ends.worker.caFile, newAuthority.cert);
    worker.credentials.reload();
    const socket = connectTls({ socket: tcp, ca: oldAuthority.cert, servername: WORKER, cert, key });
    socket.on('error', () => undefined);
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.write('GET /health HTTP/1.1\r\nHost: h\r\n\r\n');
    await once(socket, 'close');
    expect(answer).to.equal('');
    expect(worker.logs.problems().map(({ message }) => message)).to.deep.equal([
      'worker RPC connection ended: the CA of its client certificate is gone',
    ]);
  });

  it('goes on with the old files while the new ones are broken', async () => {
    await writeFile(ends.worker.certFile, 'nonsense');
    await writeFile(ends.controlPlane.keyFile, 'nonsense');
    reload();
    const fresh = worker.client({ tls: { credentials: controlPlane } });
    expect((await fresh.status({ sandboxId: 'sb-1' })).state).to.equal('running');
    expect(controlPlane.lastError()).to.include({ code: 'key_malformed' });
  });
});
