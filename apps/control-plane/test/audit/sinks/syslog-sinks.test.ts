import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditRecord, exportLine } from '@stacyvm/audit';
import { expect } from 'chai';
import type { AuditSink } from '../../../src/audit/sinks/audit-sink.js';
import { openSinks } from '../../../src/audit/sinks/open-sinks.js';
import { tcpDialer } from '../../../src/audit/sinks/stream-dialers.js';
import { createStreamSink } from '../../../src/audit/sinks/stream-sink.js';
import { eventually } from '../../eventually.js';
import { sampleRecords } from './sample-records.js';
import { type SyslogServer, startSyslogServer } from './syslog-server.js';

const RECORDS = sampleRecords(4);
const open = (name: string): AuditSink =>
  openSinks([name], { syncFiles: true, streams: { settleMs: 200 } })[0]!;
const deliver = async (sink: AuditSink, records: readonly AuditRecord[]): Promise<void> => {
  await sink.send(records);
  await sink.settle();
};
const failureOf = (work: Promise<unknown>) =>
  work.then(
    () => 'none',
    (error: NodeJS.ErrnoException) => error.code ?? error.message,
  );

describe('an audit sink that is a syslog server', () => {
  it('gets a datagram for each record, in the form of RFC 5424', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const received: string[] = [];
    socket.on('message', (message) => received.push(message.toString()));
    const sink = open(`syslog+udp://127.0.0.1:${socket.address().port}`);
    await sink.send(RECORDS.slice(0, 2));
    await sink.settle();
    await eventually(() => expect(received).to.have.length(2));
    expect(received[0]).to.match(
      /^<108>1 2030-01-01T00:00:00\.000Z [!-~]+ stacyvm \d+ admin - \uFEFF\{.*\}$/,
    );
    expect(received[1]).to.match(/^<110>1 /);
    expect(received.map((message) => message.split('\uFEFF')[1])).to.deep.equal(
      RECORDS.slice(0, 2).map(exportLine),
    );
    expect(await sink.identity()).to.equal(sink.name);
    await sink.close();
    socket.close();
  });

  for (const kind of ['tcp', 'unix'] as const) {
    it(`gets counted messages over ${kind}, also after it was away`, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'audit-sinks-'));
      const path = join(directory, 'log');
      const server = await startSyslogServer(kind === 'unix' ? { listenOn: path } : {});
      const sink = open(kind === 'unix' ? `syslog+unix:${path}` : `syslog+tcp://127.0.0.1:${server.port}`);
      await sink.send(RECORDS.slice(0, 3));
      await sink.settle();
      await eventually(() => expect(server.records).to.deep.equal(RECORDS.slice(0, 3)));
      await server.leave();
      // The first attempt may be by what is left of the connection.
      expect(await failureOf(deliver(sink, RECORDS.slice(3)))).not.to.equal('none');
      expect(await failureOf(deliver(sink, RECORDS.slice(3)))).to.be.oneOf(['ECONNREFUSED', 'ENOENT']);
      await server.comeBack();
      await sink.send(RECORDS.slice(3));
      await sink.settle();
      await eventually(() => expect(server.records).to.deep.equal(RECORDS));
      await sink.close();
      await server.leave();
      rmSync(directory, { recursive: true, force: true });
    });
  }

  describe('whose connection ends before all that was sent has settled', () => {
    let server: SyslogServer;
    let sink: AuditSink;
    beforeEach(async () => {
      server = await startSyslogServer();
      sink = open(`syslog+tcp://127.0.0.1:${server.port}`);
      await sink.send(RECORDS.slice(0, 1));
      await sink.settle();
      await sink.send(RECORDS.slice(1, 2));
      await eventually(() => expect(server.connections()).to.have.length(1));
    });
    afterEach(async () => {
      await sink.close();
      await server.leave();
    });

    it('counts as one that has not had it', async () => {
      const settled = failureOf(sink.settle());
      server.connections()[0]!.destroy();
      expect(await settled).to.be.oneOf(['ECONNRESET', 'the server ended the connection']);
      await sink.send(RECORDS.slice(1, 2));
      expect(await failureOf(sink.settle())).to.equal('none');
    });

    for (const [when, begin] of [
      ['before it is asked', () => undefined],
      ['while it waits', () => failureOf(sink.settle())],
    ] as const) {
      it(`counts as one that has not had it, though the process stood still ${when} until that was long ago`, async () => {
        const begun = begin();
        server.connections()[0]!.destroy();
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        expect(await (begun ?? failureOf(sink.settle()))).not.to.equal('none');
      });
    }

    it('does not get the next records by a new connection, as if nothing had happened', async () => {
      server.connections()[0]!.destroy();
      await eventually(() => expect(server.connections()).to.have.length(0));
      await eventually(async () =>
        expect(await failureOf(sink.send(RECORDS.slice(2, 3)))).not.to.equal('none'),
      );
      await sink.send(RECORDS.slice(1, 3));
      expect(await failureOf(sink.settle())).to.equal('none');
    });
  });

  it('is given up when it reads no more, and what it did not read has not arrived', async () => {
    const server = await startSyslogServer();
    server.pause();
    const address = { host: '127.0.0.1', port: server.port };
    const sink = createStreamSink('syslog+tcp', tcpDialer(address), { answerTimeoutMs: 200 });
    const many = Array.from({ length: 5_000 }, () => RECORDS[0]!);
    let failure = 'none';
    for (let n = 0; n < 10 && failure === 'none'; n += 1) failure = await failureOf(sink.send(many));
    expect(failure).to.equal('no answer');
    await sink.close();
    await server.leave();
  });

  it('refuses what is no sink, and opens each once', () => {
    expect(() => open('http://x')).to.throw('audit.sinks');
    expect(() => open('syslog+tls://x')).to.throw('needs TLS credentials');
    expect(openSinks(['file:/a', 'file:/b', 'file:/a'], { syncFiles: true })).to.have.length(2);
  });
});
