import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../system.js';
import { type LinkProxy, openLinkProxy } from './link-proxy.js';

describe('openLinkProxy', () => {
  let server: Server;
  let proxy: LinkProxy;
  let client: Socket;
  let received: string;

  beforeEach(async () => {
    server = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('error', () => undefined);
      socket.on('data', (data) => socket.write(`echo ${data}`));
      socket.on('end', () => socket.end('bye'));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    proxy = await openLinkProxy((server.address() as AddressInfo).port);
    client = dial();
    await once(client, 'connect');
  });
  afterEach(async () => {
    client.destroy();
    await proxy.close();
    server.close();
  });

  function dial(): Socket {
    received = '';
    const socket = connect({ port: proxy.port, host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => undefined);
    socket.setEncoding('utf8').on('data', (text: string) => {
      received += text;
    });
    return socket;
  }

  it('passes everything while it is open, the end of one direction alone too', async () => {
    client.write('a');
    await eventually(() => received === 'echo a');
    client.end();
    await once(client, 'close');
    expect(received).to.equal('echo abye');
    expect(proxy.connections).to.equal(1);
  });

  it('resets what there is and what comes while it is cut', async () => {
    proxy.set('cut');
    await eventually(() => client.destroyed);
    const [failure] = await once(dial(), 'error');
    expect(failure).to.have.property('code', 'ECONNRESET');
    proxy.set('open');
    client = dial();
    client.write('again');
    await eventually(() => received === 'echo again');
  });

  it('passes nothing while it is silent, and everything in order afterwards', async () => {
    client.write('a');
    await eventually(() => received === 'echo a');
    proxy.set('silent');
    client.write('b');
    const other = connect({ port: proxy.port, host: '127.0.0.1' });
    let heard = '';
    other.setEncoding('utf8').on('data', (text: string) => {
      heard += text;
    });
    other.write('c');
    await once(other, 'connect');
    // Twice through the event loop of everybody: what could pass has passed.
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect([received, heard]).to.deep.equal(['echo a', '']);
    proxy.set('open');
    await eventually(() => received === 'echo aecho b' && heard === 'echo c');
    other.destroy();
  });

  it('passes late while it is slow', async () => {
    proxy.set('slow');
    const startedAt = performance.now();
    client.write('a');
    await eventually(() => received === 'echo a');
    expect(performance.now() - startedAt).to.be.greaterThan(250);
  });
});
