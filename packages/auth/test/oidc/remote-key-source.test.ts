import { expect } from 'chai';
import type { JwsHeader } from '../../src/jose/jws-header.js';
import { loadKeys } from '../../src/oidc/load-keys.js';
import {
  KEYS_REFRESH_AFTER_MS,
  KEYS_USABLE_FOR_MS,
  RETRY_AFTER_FAILURE_MS,
  RemoteKeySource,
  UNKNOWN_KEY_COOLDOWN_MS,
} from '../../src/oidc/remote-key-source.js';
import { expectRefusal } from '../auth-error.js';
import { keys } from '../signing-fixture.js';
import { type DocumentServer, json, keySet, startDocumentServer } from './document-server.js';
import { createRecordingLogger, type RecordingLogger } from './recording-logger.js';
import { createSettableClock, type SettableClock } from './settable-clock.js';

const token = (keyId: string | undefined): JwsHeader => ({ algorithm: 'RS256', keyId });

describe('RemoteKeySource', () => {
  let server: DocumentServer;
  let clock: SettableClock;
  let logger: RecordingLogger;
  let source: RemoteKeySource;

  beforeEach(async () => {
    server = await startDocumentServer();
    clock = createSettableClock();
    logger = createRecordingLogger();
    const location = { kind: 'jwks', url: new URL(`${server.issuer}/keys`) } as const;
    source = new RemoteKeySource({
      load: (signal) => loadKeys(location, { fetch, timeoutMs: 10_000, signal }),
      clock,
      logger,
      issuer: server.issuer,
    });
  });
  afterEach(async () => {
    source.close();
    await server.close();
  });

  const fetches = () => server.requests.length;
  const goAway = () => {
    server.keys = json({}, 503);
  };

  /** Waits until the server was asked as often, which is real time and so has a deadline. */
  async function untilFetches(count: number): Promise<void> {
    for (const end = Date.now() + 10_000; fetches() < count; ) {
      if (Date.now() > end) expect.fail(`${fetches()} fetches, expected ${count}`);
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  it('fetches nothing before it is asked', () => {
    expect(fetches()).to.equal(0);
  });

  it('fetches once for many tokens', async () => {
    for (let round = 0; round < 5; round += 1) await source.find(token('first'));
    expect(fetches()).to.equal(1);
  });

  it('fetches once for tokens that come at the same time', async () => {
    const found = await Promise.all(Array.from({ length: 50 }, () => source.find(token('first'))));
    expect(new Set(found).size).to.equal(1);
    expect(fetches()).to.equal(1);
  });

  it('fails all that wait for one fetch, by one fetch', async () => {
    goAway();
    const waiting = Array.from({ length: 20 }, () =>
      expectRefusal('oidc_keys_unavailable', () => source.find(token('first'))),
    );
    await Promise.all(waiting);
    expect(fetches()).to.equal(1);
  });

  describe('when a token has an unknown kid', () => {
    beforeEach(async () => {
      await source.find(token('first'));
      server.keys = keySet({ first: keys.rsa, second: keys.otherRsa });
    });

    it('fetches anew once the cooldown is over, and finds a key that was added', async () => {
      clock.advance(UNKNOWN_KEY_COOLDOWN_MS);
      expect((await source.find(token('second'))).keyId).to.equal('second');
      expect(fetches()).to.equal(2);
    });

    it('fetches nothing within the cooldown', async () => {
      clock.advance(UNKNOWN_KEY_COOLDOWN_MS - 1);
      await expectRefusal('bearer_unknown_key', () => source.find(token('second')));
      expect(fetches()).to.equal(1);
    });

    it('fetches once however many of them come', async () => {
      clock.advance(UNKNOWN_KEY_COOLDOWN_MS);
      const attack = Array.from({ length: 50 }, (_, number) =>
        expectRefusal('bearer_unknown_key', () => source.find(token(`invented-${number}`))),
      );
      await Promise.all(attack);
      await expectRefusal('bearer_unknown_key', () => source.find(token('invented-again')));
      expect(fetches()).to.equal(2);
    });

    it('does not blame the caller when the fetch for it fails, and keeps serving the known keys', async () => {
      goAway();
      clock.advance(UNKNOWN_KEY_COOLDOWN_MS);
      await expectRefusal('oidc_keys_unavailable', () => source.find(token('second')));
      await expectRefusal('oidc_keys_unavailable', () => source.find(token('second')));
      expect(fetches()).to.equal(2);
      expect((await source.find(token('first'))).keyId).to.equal('first');
    });

    it('fetches nothing for a key that does not serve the algorithm', async () => {
      clock.advance(UNKNOWN_KEY_COOLDOWN_MS);
      const header: JwsHeader = { algorithm: 'ES256', keyId: 'first' };
      await expectRefusal('bearer_unsupported_alg', () => source.find(header));
      expect(fetches()).to.equal(1);
    });

    it('refuses a token without kid once several keys could be meant', async () => {
      await source.find(token(undefined));
      clock.advance(KEYS_REFRESH_AFTER_MS);
      await expectRefusal('bearer_unknown_key', () => source.find(token(undefined)));
    });
  });

  describe('when the keys are ten minutes old', () => {
    beforeEach(() => source.find(token('first')));

    it('has not fetched anew a moment before', async () => {
      clock.advance(KEYS_REFRESH_AFTER_MS - 1);
      await source.find(token('first'));
      expect(fetches()).to.equal(1);
    });

    it('fetches anew before it uses them: a key that was withdrawn is out', async () => {
      server.keys = keySet({ second: keys.otherRsa });
      clock.advance(KEYS_REFRESH_AFTER_MS);
      await expectRefusal('bearer_unknown_key', () => source.find(token('first')));
      expect(fetches()).to.equal(2);
    });

    it('fetches anew when the clock was set back', async () => {
      clock.advance(-60_000);
      await source.find(token('first'));
      expect(fetches()).to.equal(2);
    });
  });

  describe('when the provider goes away', () => {
    beforeEach(async () => {
      await source.find(token('first'));
      goAway();
      clock.advance(KEYS_REFRESH_AFTER_MS);
    });

    it('keeps using the keys it has, and says so', async () => {
      expect((await source.find(token('first'))).keyId).to.equal('first');
      const [warning] = logger.entries.filter(({ level }) => level === 'warn');
      expect(warning?.fields).to.deep.equal({
        issuer: server.issuer,
        failure: `${server.issuer}/keys: it answered with status 503`,
        keptForMs: KEYS_USABLE_FOR_MS - KEYS_REFRESH_AFTER_MS,
      });
    });

    it('tries again after a pause, and nobody waits for it', async () => {
      await source.find(token('first'));
      expect(fetches()).to.equal(2);
      clock.advance(RETRY_AFTER_FAILURE_MS - 1);
      await source.find(token('first'));
      expect(fetches()).to.equal(2);
      server.keys = () => {};
      clock.advance(1);
      const logged = logger.entries.length;
      await source.find(token('first'));
      // Had it been waited for, it would have failed by now and said so.
      expect(logger.entries).to.have.length(logged);
      await untilFetches(3);
    });

    it('uses no key that is a day old', async () => {
      await source.find(token('first'));
      clock.advance(KEYS_USABLE_FOR_MS - KEYS_REFRESH_AFTER_MS - 1);
      await source.find(token('first'));
      await untilFetches(3);
      clock.advance(1);
      const error = await expectRefusal('oidc_keys_unavailable', () => source.find(token('first')));
      expect(error.message).not.to.include(server.issuer);
      expect(error.detail).to.include('status 503');
    });

    it('goes on with the keys of the day once the provider is back', async () => {
      await source.find(token('first'));
      server.keys = keySet({ second: keys.otherRsa });
      clock.advance(KEYS_USABLE_FOR_MS);
      expect((await source.find(token('second'))).keyId).to.equal('second');
    });
  });

  describe('when the provider is away from the beginning', () => {
    beforeEach(async () => {
      goAway();
      await expectRefusal('oidc_keys_unavailable', () => source.prepare());
    });

    it('asks it no more often than every five seconds', async () => {
      clock.advance(RETRY_AFTER_FAILURE_MS - 1);
      await expectRefusal('oidc_keys_unavailable', () => source.find(token('first')));
      expect(fetches()).to.equal(1);
    });

    it('works as soon as it is there', async () => {
      server.keys = keySet({ first: keys.rsa });
      clock.advance(RETRY_AFTER_FAILURE_MS);
      expect((await source.find(token('first'))).keyId).to.equal('first');
    });

    it('does not take an empty key set for an answer', async () => {
      server.keys = json({ keys: [] });
      clock.advance(RETRY_AFTER_FAILURE_MS);
      await expectRefusal('oidc_keys_unavailable', () => source.find(token('first')));
    });
  });

  it('logs the keys when they change, and only then', async () => {
    const logged = () => logger.entries.map(({ fields }) => fields?.['keyIds']);
    await source.find(token('first'));
    clock.advance(KEYS_REFRESH_AFTER_MS);
    await source.find(token('first'));
    expect(logged()).to.deep.equal([['first']]);
    server.keys = keySet({ first: keys.otherRsa });
    clock.advance(KEYS_REFRESH_AFTER_MS);
    await source.find(token('first'));
    expect(logged()).to.deep.equal([['first'], ['first']]);
  });

  it('ends the fetch that is under way when it is closed, and starts no other', async () => {
    server.keys = () => {};
    const waiting = expectRefusal('oidc_keys_unavailable', () => source.find(token('first')));
    await untilFetches(1);
    source.close();
    expect((await waiting).detail).to.include('stopped');
    const logged = logger.entries.length;
    clock.advance(KEYS_REFRESH_AFTER_MS);
    await expectRefusal('oidc_keys_unavailable', () => source.find(token('first')));
    expect(fetches()).to.equal(1);
    expect(logger.entries).to.have.length(logged);
  });
});
