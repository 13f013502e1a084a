import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type AuditRecord, chainRecord, EMPTY_CHAIN, exportLine } from '@stacyvm/audit';
import { expect } from 'chai';
import { openSinks } from '../../../src/audit/sinks/open-sinks.js';
import { eventually } from '../../eventually.js';

const RECORD: AuditRecord = chainRecord(EMPTY_CHAIN, {
  version: 1,
  tenant: '',
  event_id: 'ae-1',
  at: '2030-01-01T00:00:00.000Z',
  category: 'admin',
  phase: 'outcome',
  intent_id: '',
  actor_kind: 'api_key',
  actor_id: 'ann',
  actor_tenant: '',
  credential_id: 'ak-1',
  action: 'worker.list',
  resource: 'wörker',
  outcome: 'denied',
  reason: 'missing_scope',
  status: 403,
  method: 'GET',
  path: '/',
  request_id: 'req-1',
  source_address: '192.0.2.7',
  user_agent: '',
  duration_ms: 1,
  detail: {},
});

describe('the sinks of the audit', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'audit-sinks-'));
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  const open = (name: string) => openSinks([name], true)[0]!;

  it('file: appends lines for its owner alone, and follows a rotation without a signal', async () => {
    const path = join(directory, 'audit.ndjson');
    const line = `${exportLine(RECORD)}\n`;
    const sink = open(`file:${path}`);
    await Promise.all(Array.from({ length: 50 }, () => sink.write(RECORD)));
    expect(readFileSync(path, 'utf8')).to.equal(line.repeat(50));
    expect(statSync(path).mode & 0o777).to.equal(0o600);
    renameSync(path, `${path}.1`);
    await sink.write(RECORD);
    expect(readFileSync(path, 'utf8')).to.equal(line);
    expect(readFileSync(`${path}.1`, 'utf8')).to.equal(line.repeat(50));
    await sink.close();
    const again = open(`file:${path}`);
    await again.write(RECORD);
    await again.close();
    expect(readFileSync(path, 'utf8')).to.equal(line.repeat(2));
  });

  it('file: fails where nothing can be written, and works when something can', async () => {
    const path = join(directory, 'not-there', 'audit.ndjson');
    const sink = open(`file:${path}`);
    const failure = await sink.write(RECORD).catch((error: NodeJS.ErrnoException) => error.code);
    expect(failure).to.equal('ENOENT');
    await sink.close();
  });

  it('syslog: sends a message of RFC 5424 in a datagram', async () => {
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const sink = open(`syslog+udp://127.0.0.1:${socket.address().port}`);
    const received = once(socket, 'message');
    await sink.write(RECORD);
    const [message] = (await received) as [Buffer];
    expect(message.toString()).to.match(
      /^<108>1 2030-01-01T00:00:00\.000Z [!-~]+ stacyvm \d+ admin - \uFEFF\{.*\}$/,
    );
    expect(message.toString().split('\uFEFF')[1]).to.equal(exportLine(RECORD));
    await sink.close();
    socket.close();
  });

  for (const kind of ['tcp', 'unix'] as const) {
    it(`syslog: sends counted messages over ${kind}, and connects again`, async () => {
      const path = join(directory, 'log');
      let text = '';
      const start = async (at: string | number): Promise<Server> => {
        const server = createServer((client) => {
          client
            .on('error', () => {})
            .on('data', (chunk) => {
              text += chunk.toString('latin1');
              if (text.includes('close me')) client.destroy();
            });
        });
        server.listen(...((typeof at === 'string' ? [at] : [at, '127.0.0.1']) as [string]));
        await once(server, 'listening');
        return server;
      };
      const first = await start(kind === 'unix' ? path : 0);
      const { port } = (kind === 'tcp' ? first.address() : { port: 0 }) as AddressInfo;
      const sink = open(kind === 'unix' ? `syslog+unix:${path}` : `syslog+tcp://127.0.0.1:${port}`);
      await sink.write(RECORD);
      await sink.write({ ...RECORD, reason: 'close me' });
      await eventually(async () => {
        expect(text).to.contain('close me');
      });
      const [, size = '', rest = ''] = /^(\d+) (.*)$/s.exec(text) ?? [];
      expect(rest.slice(Number(size))).to.match(/^\d+ <108>1 /);
      text = '';
      await eventually(async () => {
        await sink.write(RECORD);
        expect(text).to.match(/^\d+ <108>1 /);
      });
      await sink.close();
      first.close();
      await once(first, 'close');
      const late = open(kind === 'unix' ? `syslog+unix:${path}` : `syslog+tcp://127.0.0.1:${port}`);
      const failure = await late.write(RECORD).catch((error: NodeJS.ErrnoException) => error.code);
      expect(failure).to.be.oneOf(['ECONNREFUSED', 'ENOENT']);
      await late.close();
    });
  }

  for (const name of [
    '',
    'file:relative',
    'file:',
    'syslog://x',
    'syslog+udp://',
    'syslog+tcp://a:0',
    'syslog+tcp://a:70000',
    'syslog+unix:x',
    'http://x',
  ]) {
    it(`refuses ${JSON.stringify(name)}`, () => {
      expect(() => openSinks([name], true)).to.throw('audit.sinks');
    });
  }
});
