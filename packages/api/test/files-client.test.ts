import { expect } from 'chai';
import { type ApiClient, createApiClient } from '../src/index.js';
import { rejection, sendJson, startServer, type TestServer } from './http-fixture.js';

const INFO = { path: '/w/a', size: 3, mode: '644', is_dir: false, mod_time: '2030-01-01T00:00:00Z' };

describe('createApiClient files', () => {
  let server: TestServer;
  let client: ApiClient;
  beforeEach(async () => {
    server = await startServer();
    client = createApiClient({ baseUrl: server.url, apiKey: 'a-key' });
  });
  afterEach(() => server.close());

  const calls: ReadonlyArray<readonly [string, unknown, () => Promise<unknown>, unknown, string, string]> = [
    ['list', [INFO], () => client.files.list('sb-1', '/w'), [INFO], 'GET /list?path=%2Fw', ''],
    ['stat', INFO, () => client.files.stat('sb-1', '/w/a b'), INFO, 'GET /stat?path=%2Fw%2Fa%20b', ''],
    ['glob', ['/w/a'], () => client.files.glob('sb-1', '/w/*'), ['/w/a'], 'GET /glob?pattern=%2Fw%2F*', ''],
    [
      'delete',
      { status: 'deleted' },
      () => client.files.delete('sb-1', 'a'),
      undefined,
      'DELETE ?path=a',
      '',
    ],
    [
      'recursive delete',
      { status: 'deleted' },
      () => client.files.delete('sb-1', 'a', { recursive: true }),
      undefined,
      'DELETE ?path=a&recursive=true',
      '',
    ],
    [
      'move',
      { status: 'moved' },
      () => client.files.move('sb-1', 'a', 'b'),
      undefined,
      'POST /move',
      '{"old_path":"a","new_path":"b"}',
    ],
    [
      'chmod',
      { status: 'chmod applied' },
      () => client.files.chmod('sb-1', 'a', '0755'),
      undefined,
      'POST /chmod',
      '{"path":"a","mode":"0755"}',
    ],
    [
      'upload of bytes',
      { status: 'written', size: 3 },
      () => client.files.upload('sb-1', 'a', Buffer.from('abc'), { mode: '0600' }),
      3,
      'PUT ?path=a&mode=0600',
      'abc',
    ],
    [
      'upload of a stream',
      { status: 'written', size: 6 },
      () => client.files.upload('sb-1', 'a', new Blob(['abc', 'def']).stream()),
      6,
      'PUT ?path=a',
      'abcdef',
    ],
  ];
  for (const [name, answer, call, expected, request, body] of calls) {
    it(`makes the request of ${name}`, async () => {
      server.answer = (_request, response) => sendJson(response, 200, answer);
      expect(await call()).to.deep.equal(expected);
      const seen = server.seen.at(-1)!;
      const [method, rest] = request.split(' ');
      expect(seen).to.include({ method, url: `/api/v1/sandboxes/sb-1/files${rest}`, body });
      expect(seen.headers['x-api-key']).to.equal('a-key');
      if (method === 'PUT') expect(seen.headers['content-type']).to.equal('application/octet-stream');
    });
  }

  it('hands out a download as it comes, and tells its size and mode', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'x-file-mode': '750' });
      response.write(Buffer.from([0, 255]));
      response.end('abc');
    };
    const chunks: Uint8Array[] = [];
    const file = await client.files.download('sb-1', 'a', (chunk) => void chunks.push(chunk));
    expect(file).to.deep.equal({ size: 5, mode: '750' });
    expect(Buffer.concat(chunks)).to.deep.equal(Buffer.concat([Buffer.from([0, 255]), Buffer.from('abc')]));
  });

  it('passes on a refusal of either direction', async () => {
    server.answer = (_request, response) =>
      sendJson(response, 404, { code: 'NOT_FOUND', message: 'no such file', reason: 'file_not_found' });
    const ignore = (): void => undefined;
    const calls = [
      () => client.files.download('sb-1', 'a', ignore),
      () => client.files.upload('sb-1', 'a', new Blob([])),
    ];
    for (const call of calls) {
      expect(await rejection(call(), 'refused')).to.include({ status: 404, reason: 'file_not_found' });
    }
  });

  it('never takes a download that broke off for the file', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write('abc', () => response.destroy());
    };
    const broken = client.files.download('sb-1', 'a', () => undefined);
    expect((await rejection(broken, 'unreachable')).reason).to.equal('download_broken_off');
  });

  it('stops with the signal, and with what the reader throws', async () => {
    server.answer = (_request, response) => {
      response.writeHead(200, { 'content-type': 'application/octet-stream' });
      response.write('abc');
    };
    const leaving = new AbortController();
    const options = { signal: leaving.signal };
    const stopped = client.files.download('sb-1', 'a', () => leaving.abort(), options);
    await rejection(stopped, 'cancelled');
    const error = new Error('the disk is full');
    const thrown = client.files.download('sb-1', 'a', () => {
      throw error;
    });
    expect(await thrown.catch((reason: unknown) => reason)).to.equal(error);
  });
});
