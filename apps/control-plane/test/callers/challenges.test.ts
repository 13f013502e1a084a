import { expect } from 'chai';
import { call } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';
import { credential, WORKER } from '../worker-calls.js';

describe('an answer 401 says what would do', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({ 'server.cors_allowed_origins': ['https://console.example.com'] });
  });
  after(() => fixture?.dispose());

  const challengeOf = async (headers: Readonly<Record<string, string>>): Promise<string | null> => {
    const answer = await call(fixture, '/sandboxes', { key: null, headers });
    expect(answer.status).to.equal(401);
    return answer.headers.get('www-authenticate');
  };

  it('an API key', async () => {
    expect(await challengeOf({})).to.equal('ApiKey realm="stacyvm"');
    expect(await challengeOf({ 'x-api-key': 'wrong' })).to.equal('ApiKey realm="stacyvm"');
  });

  it('and that the bearer token that was presented does not', async () => {
    expect(await challengeOf({ authorization: 'Bearer nonsense' })).to.equal(
      'Bearer realm="stacyvm", error="invalid_token", ApiKey realm="stacyvm"',
    );
  });

  it('to a worker, a worker token, or a join token', async () => {
    const worker = async (path: string, headers: Readonly<Record<string, string>>) => {
      const response = await fetch(`${fixture.url}/api/v1/worker/${path}`, {
        method: 'POST',
        headers,
        body: '{}',
      });
      await response.arrayBuffer();
      return `${response.status} ${response.headers.get('www-authenticate')}`;
    };
    expect(await worker(`${WORKER}/heartbeat`, {})).to.equal('401 Bearer realm="stacyvm-worker"');
    expect(await worker(`${WORKER}/heartbeat`, credential('stacyvm-worker-v1.e30.x'))).to.equal(
      '401 Bearer realm="stacyvm-worker", error="invalid_token"',
    );
    expect(await worker(`${WORKER}/enrol`, {})).to.equal('401 JoinToken realm="stacyvm"');
  });

  it('and no other answer does', async () => {
    const answer = await call(fixture, '/sandboxes');
    expect([answer.status, answer.headers.get('www-authenticate')]).to.deep.equal([200, null]);
  });

  it('which pages of a browser may read, with the other headers that an answer carries', async () => {
    const origin = 'https://console.example.com';
    const { headers } = await call(fixture, '/sandboxes', { headers: { origin } });
    const exposed = (headers.get('access-control-expose-headers') ?? '').split(', ');
    expect(exposed).to.include.members(['WWW-Authenticate', 'X-Policy-Warning', 'X-File-Mode']);
  });
});
