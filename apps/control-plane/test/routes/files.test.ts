import { createHash, randomBytes } from 'node:crypto';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import { call, exchange, type Json, open, parseAnswer, rawRequest, spawnSandbox } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { eventually } from '../eventually.js';
import { startWorkerProcess, type WorkerProcess } from '../worker-process.js';

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

describe('files of sandboxes', function () {
  this.timeout(60_000);
  let fixture: Fixture;
  let worker: WorkerProcess;
  let id: string;

  before(async () => {
    fixture = await startFixture();
    worker = startWorkerProcess({
      id: 'worker-a',
      controlPlaneUrl: fixture.url,
      signingKey: fixture.signingKey,
    });
    await worker.said('worker joined');
    id = await spawnSandbox(fixture, { provider: 'bubblewrap', image: 'host' });
  });
  after(async () => {
    await worker?.stop();
    await fixture?.dispose();
  });

  const path = (rest: string, query: Record<string, string> = {}): string => {
    const search = new URLSearchParams(query).toString();
    return `/sandboxes/${id}/files${rest}${search === '' ? '' : `?${search}`}`;
  };
  const upload = (file: string, body: string | Uint8Array, query: Record<string, string> = {}) =>
    call(fixture, path('', { path: file, ...query }), { method: 'PUT', body });
  const download = async (file: string) => {
    const response = await open(fixture, path('', { path: file }));
    return { response, bytes: Buffer.from(await response.arrayBuffer()) };
  };
  const names = async (directory: string): Promise<readonly string[]> => {
    const response = await call(fixture, path('/list', { path: directory }));
    return (JSON.parse(response.text) as { path: string }[]).map((entry) => entry.path);
  };

  it('uploads and downloads bytes as they are', async () => {
    const bytes = Buffer.concat([Buffer.from([0, 255, 13, 10, 0]), randomBytes(3_000_000)]);
    const written = await upload('/workspace/up/bytes.bin', bytes, { mode: '0640' });
    expect(written).to.include({ status: 200 });
    expect(written.body).to.deep.equal({ status: 'written', size: bytes.length });
    const { response, bytes: read } = await download('/workspace/up/bytes.bin');
    expect(response.status).to.equal(200);
    expect(response.headers.get('content-type')).to.equal('application/octet-stream');
    expect(response.headers.get('x-file-mode')).to.equal('640');
    expect(sha256(read)).to.equal(sha256(bytes));
  });

  it('takes an empty body, and a body whatever its content type says', async () => {
    expect((await upload('empty', '')).body).to.deep.equal({ status: 'written', size: 0 });
    expect((await download('empty')).bytes).to.have.length(0);
    const typed = await call(fixture, path('', { path: 'json' }), {
      method: 'PUT',
      body: '{"not": "parsed',
      headers: { 'content-type': 'application/json' },
    });
    expect(typed.status).to.equal(200);
    expect((await download('json')).bytes.toString()).to.equal('{"not": "parsed');
  });

  it('refuses content that is encoded', async () => {
    const headers = { 'content-encoding': 'gzip' };
    const answer = await call(fixture, path('', { path: 'x' }), { method: 'PUT', body: 'x', headers });
    expect(answer.status).to.equal(400);
    expect(answer.body).to.include({ reason: 'unsupported_content_encoding' });
  });

  it('does what clients of the reference protocol ask for', async () => {
    const body = { path: '/workspace/ref/run.sh', content: 'echo über\n', mode: '0755' };
    expect((await call(fixture, path(''), { body })).body).to.include({ status: 'written' });
    const stat = await call(fixture, path('/stat', { path: '/workspace/ref/run.sh' }));
    expect(stat.body).to.include({ path: '/workspace/ref/run.sh', size: 11, mode: '755', is_dir: false });
    expect(stat.body['mod_time']).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    for (const pattern of ['/workspace/ref/*.sh', '/workspace/ref/r?n.[st]h']) {
      const glob = await call(fixture, path('/glob', { pattern }));
      expect(glob.text).to.equal('["/workspace/ref/run.sh"]');
    }
    expect((await call(fixture, path('/glob?pattern=/workspace/ref/*.s[h]'))).text).to.equal(
      '["/workspace/ref/run.sh"]',
    );
    const moved = { old_path: '/workspace/ref/run.sh', new_path: '/workspace/ref/new/go.sh' };
    expect((await call(fixture, path('/move'), { body: moved })).text).to.equal('{"status":"moved"}');
    const chmod = { path: '/workspace/ref/new/go.sh', mode: '0600' };
    expect((await call(fixture, path('/chmod'), { body: chmod })).text).to.equal(
      '{"status":"chmod applied"}',
    );
    expect((await download('/workspace/ref/new/go.sh')).response.headers.get('x-file-mode')).to.equal('600');
    expect(await names('/workspace/ref')).to.deep.equal(['/workspace/ref/new']);
    const deleted = await call(fixture, path('', { path: '/workspace/ref', recursive: 'true' }), {
      method: 'DELETE',
    });
    expect(deleted.text).to.equal('{"status":"deleted"}');
    const root = await call(fixture, path('/list'));
    expect((JSON.parse(root.text) as Json[]).map((entry) => entry['path'])).to.include('/workspace');
  });

  const refusals: ReadonlyArray<
    readonly [string, () => Promise<{ status: number; body: Json }>, number, string]
  > = [
    ['a missing file', () => call(fixture, path('', { path: 'none' })), 404, 'file_not_found'],
    ['a directory', () => call(fixture, path('', { path: '/workspace' })), 400, 'is_directory'],
    ['a device', () => call(fixture, path('', { path: '/dev/zero' })), 400, 'not_a_file'],
    ['a read-only place', () => upload('/usr/x', 'x'), 403, 'permission_denied'],
    [
      'a file of the host',
      () => call(fixture, path('', { path: '/proc/1/root/etc/shadow' })),
      404,
      'file_not_found',
    ],
    [
      'a file as directory',
      () => call(fixture, path('/list', { path: '/etc/passwd' })),
      400,
      'not_a_directory',
    ],
    ['no path', () => call(fixture, path('')), 400, 'invalid_request'],
    ['a blank path', () => call(fixture, path('', { path: ' ' })), 400, 'invalid_request'],
    ['NUL in a path', () => call(fixture, path('/stat', { path: 'a\0b' })), 400, 'invalid_request'],
    ['a mode in words', () => upload('x', 'x', { mode: 'rwx' }), 400, 'invalid_request'],
    ['no pattern', () => call(fixture, path('/glob')), 400, 'invalid_request'],
    [
      'to delete the workspace',
      () => call(fixture, path('', { path: '/workspace' }), { method: 'DELETE' }),
      400,
      'invalid_request',
    ],
    [
      'a sandbox that is not there',
      () => call(fixture, '/sandboxes/sb-none/files?path=x'),
      404,
      'sandbox_not_found',
    ],
    [
      'an upload for one that is not there',
      () => call(fixture, '/sandboxes/sb-none/files?path=x', { method: 'PUT', body: randomBytes(5_000_000) }),
      404,
      'sandbox_not_found',
    ],
  ];
  for (const [what, ask, status, reason] of refusals) {
    it(`refuses ${what}`, async () => {
      const answer = await ask();
      expect({ status: answer.status, reason: answer.body['reason'] }).to.deep.equal({ status, reason });
    });
  }

  it('refuses an upload without a key before it is sent', async () => {
    const answer = parseAnswer(
      await exchange(
        fixture.port,
        rawRequest('PUT', `/api/v1${path('', { path: 'x' })}`, { 'content-length': '1000000' }),
      ),
    );
    expect(answer.status).to.equal(401);
  });

  it('changes nothing when an upload breaks off', async () => {
    await upload('/workspace/cut/file', 'as it was');
    const request = httpRequest(`${fixture.url}/api/v1${path('', { path: '/workspace/cut/file' })}`, {
      method: 'PUT',
      headers: { 'x-api-key': fixture.apiKey, 'content-length': '100000000' },
    });
    request.on('error', () => undefined);
    request.write(randomBytes(2_000_000));
    await eventually(async () => {
      expect(await names('/workspace/cut')).to.have.length(2);
    });
    request.destroy();
    await eventually(async () => {
      expect(await names('/workspace/cut')).to.deep.equal(['/workspace/cut/file']);
    });
    expect((await download('/workspace/cut/file')).bytes.toString()).to.equal('as it was');
  });

  it('keeps a download going no faster than it is taken, and ends it with its reader', async () => {
    // Far more than all buffers on the way hold together.
    await call(fixture, `/sandboxes/${id}/exec`, { body: { command: 'truncate -s 200M /workspace/large' } });
    const cats = async () => {
      const body = { command: 'grep -lx cat /proc/[0-9]*/comm | wc -l' };
      return Number((await call(fixture, `/sandboxes/${id}/exec`, { body })).body['stdout']);
    };
    const leaving = new AbortController();
    const response = await open(fixture, path('', { path: '/workspace/large' }), { signal: leaving.signal });
    const reader = response.body!.getReader();
    expect((await reader.read()).value!.length).to.be.greaterThan(0);
    expect(await cats()).to.equal(1);
    leaving.abort();
    await reader.read().catch(() => undefined);
    await eventually(async () => {
      expect(await cats()).to.equal(0);
    });
  });
});
