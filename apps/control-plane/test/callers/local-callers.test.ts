import { expect } from 'chai';
import { exchange, parseAnswer, rawRequest } from '../api-calls.js';
import { type Fixture, startFixture } from '../control-plane-fixture.js';

describe('a control plane without API keys', () => {
  let fixture: Fixture;
  before(async () => {
    fixture = await startFixture({
      'server.host': '0.0.0.0',
      'auth.api_key': undefined,
      'auth.admin_api_key': undefined,
    });
  });
  after(() => fixture?.dispose());

  async function statusFor(headers: Readonly<Record<string, string>>): Promise<readonly unknown[]> {
    const { status, body } = parseAnswer(
      await exchange(fixture.port, rawRequest('GET', '/api/v1/sandboxes/none', headers)),
    );
    return [status, body['reason']];
  }

  it('listens on the loopback interface only, and says so', () => {
    expect(new URL(fixture.url).hostname).to.equal('127.0.0.1');
    expect(fixture.logs.text()).to.contain('no API key is configured');
  });

  it('serves programs and pages of this machine', async () => {
    for (const host of ['localhost', 'LOCALHOST:7423', '127.0.0.1:80', '[::1]:7423']) {
      expect(await statusFor({ host }), host).to.deep.equal([404, 'sandbox_not_found']);
      expect(await statusFor({ host, origin: `http://${host}` }), host).to.deep.equal([
        404,
        'sandbox_not_found',
      ]);
    }
  });

  const foreign = [
    { name: 'a page of another site', headers: { host: '127.0.0.1', origin: 'https://site.example' } },
    { name: 'a page in a sandboxed frame', headers: { host: '127.0.0.1', origin: 'null' } },
    { name: 'a page of another port', headers: { host: 'localhost:7423', origin: 'http://localhost:8080' } },
    { name: 'a name that someone else resolves', headers: { host: 'rebound.example:7423' } },
    { name: 'a name that only begins well', headers: { host: 'localhost.example' } },
  ];
  for (const { name, headers } of foreign) {
    it(`refuses ${name}`, async () => {
      expect(await statusFor(headers)).to.deep.equal([403, 'foreign_origin']);
    });
  }
});
