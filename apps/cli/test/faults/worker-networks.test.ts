import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { expect } from 'chai';
import { eventually } from '../system.js';
import { openWorkerNetworks, type WorkerNetworks, whyNoNetworks } from './worker-networks.js';

const PORT = 4000;
const ECHO = `
  require('node:net').createServer((socket) => {
    socket.on('error', () => process.stdout.write('lost '));
    socket.on('data', (data) => { process.stdout.write('got ' + data + ' '); socket.write('echo ' + data + ' '); });
  }).listen(${PORT}, process.argv[1], () => process.stdout.write('listens '));`;

const namespaces = (): readonly string[] =>
  existsSync('/run/netns')
    ? readdirSync('/run/netns').filter((name) => name.includes(`-${process.pid}-`))
    : [];

const why = whyNoNetworks();
if (why !== undefined) {
  describe('openWorkerNetworks', () => {
    it(`cannot be had here: ${why}`, async () => {
      const failure = await openWorkerNetworks(1).catch((error: Error) => error);
      expect(failure).to.be.instanceOf(Error);
      expect(namespaces()).to.deep.equal([]);
    });
  });
} else {
  describe('openWorkerNetworks', () => {
    let fleet: WorkerNetworks;
    let server: ChildProcess;
    let client: Socket;
    let arrived: string;
    let answered: string;

    before(async () => {
      fleet = await openWorkerNetworks(2);
    });
    after(async () => {
      await fleet.close();
      expect(namespaces()).to.deep.equal([]);
    });
    beforeEach(async () => {
      await start();
      client = dial();
      await once(client, 'connect');
      client.write('a');
      await eventually(() => answered === 'echo a ');
    });
    afterEach(() => {
      client.destroy();
      server.kill('SIGKILL');
    });

    const network = () => fleet.networks[1]!;

    async function start(): Promise<void> {
      arrived = '';
      const [file, ...args] = [...network().enter, process.execPath, '--eval', ECHO, network().address];
      server = spawn(file!, args, { stdio: ['ignore', 'pipe', 'inherit'] });
      server.stdout?.setEncoding('utf8').on('data', (text: string) => {
        arrived += text;
      });
      await eventually(() => arrived.includes('listens'));
    }

    function dial(): Socket {
      answered = '';
      const socket = connect({ host: network().address, port: PORT });
      socket.on('error', () => undefined);
      socket.setEncoding('utf8').on('data', (text: string) => {
        answered += text;
      });
      return socket;
    }

    /** Long enough for what is not lost to be sent again. */
    const aWhile = () => new Promise((resolve) => setTimeout(resolve, 300));

    it('loses what the worker sends while it is muted, and delivers it afterwards', async () => {
      await network().begin('mute');
      client.write('b');
      await eventually(() => arrived.includes('got b'));
      await aWhile();
      expect(answered).to.equal('echo a ');
      await network().end('mute');
      await eventually(() => answered === 'echo a echo b ');
    });

    it('loses what is sent to the worker while it is deafened, and delivers it afterwards', async () => {
      await network().begin('deafen');
      client.write('b');
      await aWhile();
      expect(arrived).not.to.include('got b');
      await network().end('deafen');
      await eventually(() => answered === 'echo a echo b ');
    });

    it('has no link while it is unplugged, and keeps its connections', async () => {
      await network().begin('unplug');
      client.write('b');
      await aWhile();
      expect(arrived).not.to.include('got b');
      await network().end('unplug');
      await eventually(() => answered === 'echo a echo b ');
    });

    it('leaves a connection half open when its end dies unheard', async () => {
      await network().begin('mute');
      await network().begin('deafen');
      server.kill('SIGKILL');
      await once(server, 'exit');
      client.write('b');
      await aWhile();
      expect([client.destroyed, client.readableEnded]).to.deep.equal([false, false]);
      await network().end('mute');
      await network().end('deafen');
      // Only now the host can say that it knows nothing of it.
      await eventually(() => client.destroyed);
    });

    it('lasts as long as one of two faults, and does nothing to the network of another worker', async () => {
      await network().begin('deafen');
      await network().begin('deafen');
      await network().end('deafen');
      client.write('b');
      await fleet.networks[0]!.begin('unplug');
      await fleet.networks[0]!.end('unplug');
      await aWhile();
      expect(arrived).not.to.include('got b');
      await network().end('deafen');
      await eventually(() => answered === 'echo a echo b ');
    });
  });
}
