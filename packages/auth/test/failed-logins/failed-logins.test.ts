import { expect } from 'chai';
import fc from 'fast-check';
import { AuthError, type AuthErrorCode } from '../../src/errors.js';
import {
  createFailedLogins,
  type LoginAttempt,
  WASTED_SIGNATURES_PER_MINUTE,
} from '../../src/failed-logins/failed-logins.js';
import { FailureCounts } from '../../src/failed-logins/failure-counts.js';
import { traceCredentials } from '../../src/presented-credential.js';
import { mintApiKey } from '../../src/stored-keys/api-key-text.js';
import { expectRefusal } from '../auth-error.js';

const PER_MINUTE = 5;

function setUp(perMinute = PER_MINUTE) {
  let nowMs = 1_000;
  const logins = createFailedLogins(perMinute, () => nowMs);
  const attempt = (source: string, key: string): LoginAttempt => ({
    source,
    credentials: traceCredentials({ 'x-api-key': key }),
  });
  return {
    logins,
    attempt,
    pass(ms: number) {
      nowMs += ms;
    },
    /** Fails so often, each time with another key. */
    guess(source: string, times: number, code: AuthErrorCode = 'api_key_invalid') {
      for (let n = 0; n < times; n += 1) {
        logins.failed(attempt(source, `guess ${n}`), new AuthError(code, 'no'));
      }
    },
  };
}

describe('createFailedLogins', () => {
  it('looks at no key of a source that failed too often, and says when to come back', async () => {
    const { logins, attempt, guess, pass } = setUp();
    guess('a', PER_MINUTE);
    const error = await expectRefusal('too_many_failures', () => logins.admit(attempt('a', 'another')));
    expect(error.retryAfterSeconds).to.equal(12);
    pass(11_999);
    await expectRefusal('too_many_failures', () => logins.admit(attempt('a', 'another')));
    pass(1);
    logins.admit(attempt('a', 'another'));
  });

  it('forgets one failure after the other, and never more than a minute of them', async () => {
    const { logins, attempt, guess, pass } = setUp();
    guess('a', 10 * PER_MINUTE);
    pass(12_000);
    logins.admit(attempt('a', 'k'));
    guess('a', 1);
    await expectRefusal('too_many_failures', () => logins.admit(attempt('a', 'k')));
    pass(60_000);
    guess('a', PER_MINUTE - 1);
    logins.admit(attempt('a', 'k'));
  });

  it('leaves other sources alone', () => {
    const { logins, attempt, guess } = setUp();
    guess('a', PER_MINUTE);
    logins.admit(attempt('b', 'k'));
  });

  it('lets a key pass that was good at the source, for an hour, and no other', async () => {
    const { logins, attempt, guess, pass } = setUp();
    const good = attempt('a', 'a good key');
    logins.succeeded(good, good.credentials[0]!.fingerprint);
    guess('a', PER_MINUTE);
    logins.admit(good);
    await expectRefusal('too_many_failures', () => logins.admit(attempt('a', 'a bad key')));
    const both = { ...good, credentials: [...good.credentials, ...attempt('a', 'a guess').credentials] };
    await expectRefusal('too_many_failures', () => logins.admit(both));
    pass(3_600_000);
    guess('a', PER_MINUTE);
    await expectRefusal('too_many_failures', () => logins.admit(good));
  });

  it('does not let a key pass that was good elsewhere', async () => {
    const { logins, attempt, guess } = setUp();
    logins.succeeded(attempt('b', 'k'), attempt('b', 'k').credentials[0]!.fingerprint);
    guess('a', PER_MINUTE);
    await expectRefusal('too_many_failures', () => logins.admit(attempt('a', 'k')));
  });

  it('counts keys of one prefix together, wherever they come from', async () => {
    const { logins, attempt } = setUp();
    const { key } = mintApiKey();
    const guessOf = (n: number) => `${key.slice(0, 17)}${String(n).padStart(64, '0')}_00000000`;
    for (let n = 0; n < PER_MINUTE; n += 1) {
      logins.failed(attempt(`from ${n}`, guessOf(n)), new AuthError('api_key_malformed', 'no'));
    }
    await expectRefusal('too_many_failures', () => logins.admit(attempt('from afar', guessOf(9))));
    logins.admit(attempt('from afar', mintApiKey().key));
  });

  it('looks at bearer tokens whatever keys were refused', () => {
    const { logins, guess } = setUp();
    guess('a', PER_MINUTE);
    logins.admit({ source: 'a', credentials: traceCredentials({ authorization: 'Bearer a.b.c' }) });
    logins.admit({ source: 'a', credentials: [] });
  });

  for (const code of [
    'api_key_missing',
    'bearer_malformed',
    'bearer_bad_signature',
    'bearer_unsupported',
    'bearer_expired',
    'bearer_revoked',
    'no_role',
    'groups_overage',
    'tenant_not_allowed',
    'oidc_keys_unavailable',
    'api_keys_unavailable',
  ] as const) {
    it(`does not count ${code}`, () => {
      const { logins, attempt, guess } = setUp();
      guess('a', 3 * PER_MINUTE, code);
      logins.admit(attempt('a', 'k'));
      expect(logins.counted()).to.equal(0);
    });
  }

  describe('of bearer tokens', () => {
    const bearer = (text: string, source = 'a'): LoginAttempt => ({
      source,
      credentials: traceCredentials({ authorization: `Bearer ${text}` }),
    });

    it('looks at no token of a source that had too many signatures checked for nothing, 50 a second later on', async () => {
      const { logins, pass } = setUp();
      for (let n = 0; n < WASTED_SIGNATURES_PER_MINUTE; n += 1) {
        logins.admit(bearer(`bad ${n}`));
        logins.failed(bearer(`bad ${n}`), new AuthError('bearer_bad_signature', 'no'));
      }
      const error = await expectRefusal('too_many_failures', () => logins.admit(bearer('another')));
      expect(error).to.include({
        retryAfterSeconds: 1,
        message: 'too many bearer tokens were refused; wait, then try again',
      });
      logins.admit(bearer('another', 'b'));
      let looked = 0;
      for (let ms = 0; ms < 10_000; ms += 10) {
        pass(10);
        try {
          logins.admit(bearer(`later ${ms}`));
        } catch {
          continue;
        }
        logins.failed(bearer(`later ${ms}`), new AuthError('bearer_expired', 'no'));
        looked += 1;
      }
      expect(looked).to.be.within(499, 501);
    });

    it('does not hold up a source without a limit of keys, nor its keys', async () => {
      const { logins, attempt } = setUp(0);
      for (let n = 0; n < WASTED_SIGNATURES_PER_MINUTE; n += 1) logins.checkedForNothing('a');
      await expectRefusal('too_many_failures', () => logins.admit(bearer('another')));
      logins.admit(attempt('a', 'k'));
    });

    it('lets a token pass that was good at the source, until it is refused', async () => {
      const { logins } = setUp();
      const good = bearer('good');
      logins.succeeded(good, good.credentials[0]!.fingerprint);
      for (let n = 0; n < WASTED_SIGNATURES_PER_MINUTE; n += 1) logins.checkedForNothing('a');
      logins.admit(good);
      logins.failed(good, new AuthError('bearer_expired', 'no'));
      await expectRefusal('too_many_failures', () => logins.admit(good));
    });

    for (const code of [
      'bearer_malformed',
      'bearer_unsupported_alg',
      'bearer_unknown_key',
      'bearer_unsupported',
      'oidc_keys_unavailable',
    ] as const) {
      it(`takes ${code} for free`, () => {
        const { logins } = setUp();
        for (let n = 0; n < 2 * WASTED_SIGNATURES_PER_MINUTE; n += 1) {
          logins.failed(bearer('bad'), new AuthError(code, 'no'));
        }
        logins.admit(bearer('bad'));
      });
    }
  });

  it('has no limit at 0, and takes another while it works', async () => {
    const { logins, attempt, guess } = setUp(0);
    guess('a', 1_000);
    logins.admit(attempt('a', 'k'));
    logins.configure(2);
    guess('a', 2);
    await expectRefusal('too_many_failures', () => logins.admit(attempt('a', 'k')));
    logins.configure(0);
    logins.admit(attempt('a', 'k'));
  });

  it('keeps a bounded number of sources, and those that failed last', async () => {
    const { logins, attempt, guess } = setUp(1);
    for (let n = 0; n < 50_010; n += 1) guess(`from ${n}`, 1);
    expect(logins.counted()).to.equal(50_000);
    logins.admit(attempt('from 0', 'k'));
    await expectRefusal('too_many_failures', () => logins.admit(attempt('from 50009', 'k')));
  });
});

describe('FailureCounts', () => {
  it('never lets through more than twice the limit in a minute', () => {
    const waits = fc.array(fc.integer({ min: 0, max: 5_000 }), { maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 50 }), waits, (perMinute, pauses) => {
        const counts = new FailureCounts(10);
        let nowMs = 0;
        const passed: number[] = [];
        for (const pause of pauses) {
          nowMs += pause;
          if (counts.waitMs('a', perMinute, nowMs) > 0) continue;
          counts.note('a', perMinute, nowMs);
          passed.push(nowMs);
        }
        for (const at of passed) {
          const within = passed.filter((other) => other >= at && other < at + 60_000).length;
          expect(within).to.be.at.most(2 * perMinute);
        }
      }),
    );
  });
});
