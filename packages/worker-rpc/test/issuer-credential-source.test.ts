import { expect } from 'chai';
import {
  CredentialError,
  type CredentialSource,
  type IssuerCredentialSourceOptions,
  issuerCredentialSource,
} from '../src/index.js';
import { eventually, failureOf } from './worker-fixture.js';

const LIFE_MS = 300_000;

/** An issuer under a fake clock, which counts its tokens and can fail, hang and be released. */
function createIssuer(options: Partial<IssuerCredentialSourceOptions> = {}) {
  const warnings: string[] = [];
  const issuer = {
    now: Date.parse('2026-01-01T00:00:00Z'),
    asked: 0,
    failure: undefined as Error | undefined,
    gate: undefined as Promise<void> | undefined,
    /** What the issuer's clock is ahead of the worker's. */
    aheadMs: 0,
  };
  const source: CredentialSource = issuerCredentialSource({
    async fetchToken() {
      issuer.asked += 1;
      const token = `token-${issuer.asked}`;
      await issuer.gate;
      if (issuer.failure !== undefined) throw issuer.failure;
      const issuedAt = new Date(issuer.now + issuer.aheadMs);
      return { token, issuedAt, expiresAt: new Date(issuedAt.getTime() + LIFE_MS) };
    },
    clock: () => new Date(issuer.now),
    random: () => 0,
    onWarning: (message) => warnings.push(message),
    ...options,
  });
  const token = async (): Promise<string> => (await source.credential()).token;
  return Object.assign(issuer, { source, warnings, token });
}

/** Lets what goes on in the background come to its end. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) await new Promise<void>((resolve) => setImmediate(resolve));
}

describe('issuerCredentialSource', () => {
  it('asks once and presents the token up to half of its life', async () => {
    const issuer = createIssuer();
    expect(await issuer.token()).to.equal('token-1');
    issuer.now += LIFE_MS / 2 - 1;
    expect(await issuer.token()).to.equal('token-1');
    await settle();
    expect(issuer.asked).to.equal(1);
    expect(issuer.source.describe()).to.equal('token issuer');
  });

  it('renews at half life without making the request wait', async () => {
    const issuer = createIssuer();
    await issuer.token();
    issuer.now += LIFE_MS / 2;
    issuer.gate = new Promise(() => undefined);
    expect(await issuer.token()).to.equal('token-1');
    expect(issuer.asked).to.equal(2);
  });

  it('presents the new token once it has come', async () => {
    const issuer = createIssuer();
    await issuer.token();
    issuer.now += LIFE_MS / 2;
    expect(await issuer.token()).to.equal('token-1');
    await settle();
    expect(await issuer.token()).to.equal('token-2');
  });

  it('spreads renewals over a tenth of the life', async () => {
    const issuer = createIssuer({ random: () => 0.999 });
    await issuer.token();
    issuer.now += LIFE_MS * 0.59;
    await issuer.token();
    expect(issuer.asked).to.equal(1);
    issuer.now += LIFE_MS * 0.01;
    await issuer.token();
    expect(issuer.asked).to.equal(2);
  });

  it('asks once for requests that overlap', async () => {
    const issuer = createIssuer();
    expect(await Promise.all([issuer.token(), issuer.token(), issuer.token()])).to.deep.equal([
      'token-1',
      'token-1',
      'token-1',
    ]);
    issuer.now += LIFE_MS / 2;
    await Promise.all([issuer.token(), issuer.token()]);
    expect(issuer.asked).to.equal(2);
  });

  it('keeps to the old token while renewals fail, asks every five seconds, and says so', async () => {
    const issuer = createIssuer();
    await issuer.token();
    issuer.failure = new Error('HTTP 503');
    issuer.now += LIFE_MS / 2;
    for (let request = 0; request < 3; request += 1) {
      expect(await issuer.token()).to.equal('token-1');
      await settle();
    }
    expect(issuer.asked).to.equal(2);
    expect(issuer.warnings).to.deep.equal(['the issuer gave no token: HTTP 503']);
    issuer.now += 5_000;
    expect(await issuer.token()).to.equal('token-1');
    expect(issuer.asked).to.equal(3);
    await settle();
    issuer.failure = undefined;
    issuer.now += 5_000;
    await issuer.token();
    await settle();
    expect(await issuer.token()).to.equal('token-4');
  });

  it('says that there is none when the last one has expired, and heals by itself after 20 minutes', async () => {
    const issuer = createIssuer();
    await issuer.token();
    issuer.failure = new Error('connect ECONNREFUSED');
    const outcomes = new Set<string>();
    for (let elapsed = 0; elapsed < 20 * 60_000; elapsed += 15_000) {
      issuer.now += 15_000;
      const alive = elapsed + 15_000 < LIFE_MS;
      outcomes.add(
        `${alive} ${await issuer.token().catch((error: CredentialError) => `${error.name} ${error.code}`)}`,
      );
      await settle();
    }
    expect([...outcomes]).to.deep.equal(['true token-1', 'false CredentialError credential_unavailable']);
    issuer.failure = undefined;
    expect(await issuer.token()).to.equal(`token-${issuer.asked}`);
    expect(issuer.asked).to.be.greaterThan(50);
  });

  it('does not mind that the clock of the issuer differs', async () => {
    for (const aheadMs of [-3_600_000, 3_600_000]) {
      const issuer = createIssuer();
      issuer.aheadMs = aheadMs;
      await issuer.token();
      issuer.now += LIFE_MS / 2 - 1;
      expect(await issuer.token()).to.equal('token-1');
      await settle();
      expect(issuer.asked).to.equal(1);
    }
  });

  it('renews when the clock was set back', async () => {
    const issuer = createIssuer();
    await issuer.token();
    issuer.now -= 3_600_000;
    await issuer.token();
    await settle();
    expect(await issuer.token()).to.equal('token-2');
  });

  it('gives up an issuer that never answers, and asks it again', async () => {
    const issuer = createIssuer({ timeoutMs: 20 });
    issuer.gate = new Promise(() => undefined);
    const failure = await failureOf(issuer.token());
    expect(failure).to.include({ code: 'credential_unavailable' });
    expect(failure.message).to.equal('the issuer gave no token: no answer within 20 ms');
    issuer.gate = undefined;
    expect(await issuer.token()).to.equal('token-2');
  });

  it('lets one request leave and the others have the answer', async () => {
    const issuer = createIssuer();
    let release: () => void = () => undefined;
    issuer.gate = new Promise<void>((resolve) => {
      release = resolve;
    });
    const leaving = new AbortController();
    const left = failureOf(issuer.source.credential(leaving.signal));
    const stayed = issuer.token();
    leaving.abort();
    expect((await left).name).to.equal('AbortError');
    release();
    expect(await stayed).to.equal('token-1');
    expect(issuer.asked).to.equal(1);
  });

  const unusable: ReadonlyArray<readonly [string, Partial<{ token: string; expiresAt: Date }>, string]> = [
    ['without a life', { expiresAt: new Date('2026-01-01T00:00:00Z') }, 'credential_unavailable'],
    ['without a time', { expiresAt: new Date(Number.NaN) }, 'credential_unavailable'],
    ['that is empty', { token: '' }, 'credential_empty'],
    ['that no header can carry', { token: 'secret one' }, 'credential_malformed'],
  ];
  for (const [what, members, code] of unusable) {
    it(`refuses a token ${what}`, async () => {
      const issuedAt = new Date('2026-01-01T00:00:00Z');
      const { source } = createIssuer({
        fetchToken: () =>
          Promise.resolve({ token: 't', issuedAt, expiresAt: new Date(Date.now() + 1e9), ...members }),
      });
      const failure = await failureOf(source.credential());
      expect(failure).to.be.instanceOf(CredentialError).and.to.have.property('code', code);
      expect(failure.message).not.to.include('secret');
    });
  }

  describe('of a refused token', () => {
    for (const reason of ['token_expired', 'token_revoked', 'token_bad_signature', undefined]) {
      it(`gets another when the reason is ${reason}, but not again and again`, async () => {
        const issuer = createIssuer();
        expect(issuer.source.refused?.(reason, await issuer.token())).to.equal(true);
        expect(await issuer.token()).to.equal('token-2');
        expect(await issuer.token()).to.equal('token-2');
        expect(issuer.source.refused?.(reason, 'token-2')).to.equal(false);
        issuer.now += 5_000;
        expect(issuer.source.refused?.(reason, 'token-2')).to.equal(true);
        expect(await issuer.token()).to.equal('token-3');
      });
    }

    it('does not trouble the issuer when the reason is another', async () => {
      const issuer = createIssuer();
      expect(issuer.source.refused?.('worker_mismatch', await issuer.token())).to.equal(false);
      await issuer.token();
      expect(issuer.asked).to.equal(1);
    });

    it('presents it again while the issuer is away: the refusal may have been of one control plane', async () => {
      const issuer = createIssuer();
      await issuer.token();
      issuer.failure = new Error('HTTP 503');
      expect(issuer.source.refused?.('token_bad_signature', 'token-1')).to.equal(true);
      expect(await issuer.token()).to.equal('token-1');
      expect(await issuer.token()).to.equal('token-1');
      expect(issuer.asked).to.equal(2);
      issuer.failure = undefined;
      issuer.now += 5_000;
      expect(await issuer.token()).to.equal('token-3');
    });

    it('counts the refusal of a token that was replaced already for nothing', async () => {
      const issuer = createIssuer();
      await issuer.token();
      issuer.now += LIFE_MS / 2;
      await issuer.token();
      await eventually(() => issuer.asked === 2);
      await settle();
      expect(issuer.source.refused?.('token_expired', 'token-1')).to.equal(true);
      expect(await issuer.token()).to.equal('token-2');
      expect(issuer.asked).to.equal(2);
    });
  });
});
