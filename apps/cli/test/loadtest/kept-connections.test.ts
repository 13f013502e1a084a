import { once } from 'node:events';
import { type Agent, createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { keepConnections } from '../../src/loadtest/kept-connections.js';

describe('keepConnections', () => {
  let server: Server;
  let address: string;
  let made: number;

  beforeEach(async () => {
    made = 0;
    server = createServer((_, response) => response.end('ok'));
    server.on('connection', () => {
      made += 1;
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    const closed = once(server, 'close');
    server.close();
    await closed;
  });

  async function ask(agent: Agent): Promise<void> {
    const outgoing = request(address, { agent });
    outgoing.end();
    const [response] = await once(outgoing, 'response');
    response.resume();
    await once(response, 'close');
  }

  for (const [name, shared, expected] of [
    ['one for each worker', undefined, 5],
    ['as many as they share', 2, 2],
  ] as const) {
    it(`makes ${name}, and keeps them`, async () => {
      const connections = keepConnections({ server: address, authorities: undefined, shared });
      for (let round = 0; round < 3; round += 1) {
        await Promise.all([0, 1, 2, 3, 4].map((worker) => ask(connections.agentOf(worker))));
      }
      expect(made).to.equal(expected);
      connections.close();
    });
  }
});
