import { expect } from 'chai';
import { SIGNATURE_ALGORITHMS } from '../../src/jose/algorithms.js';
import type { OidcOptions } from '../../src/oidc/oidc-options.js';
import { createOidcVerifier, type OidcVerifier } from '../../src/oidc/oidc-verifier.js';
import { UNKNOWN_KEY_COOLDOWN_MS } from '../../src/oidc/remote-key-source.js';
import { expectRefusal } from '../auth-error.js';
import { keyOfAlgorithm, keys } from '../signing-fixture.js';
import { type RealProvider, startRealProvider } from './real-provider.js';
import { createSettableClock, type SettableClock } from './settable-clock.js';

describe('against a real provider', () => {
  let provider: RealProvider;
  let clock: SettableClock;
  const verifiers: OidcVerifier[] = [];

  function verifierOf(changes: Partial<OidcOptions> = {}): OidcVerifier {
    const verifier = createOidcVerifier({
      issuer: provider.issuer,
      audience: provider.audience,
      operatorGroups: ['ops'],
      viewerGroups: ['staff'],
      clock,
      ...changes,
    });
    verifiers.push(verifier);
    return verifier;
  }

  beforeEach(async () => {
    // The provider has the clock of this machine.
    clock = createSettableClock(new Date());
    provider = await startRealProvider();
  });
  afterEach(async () => {
    for (const verifier of verifiers.splice(0)) verifier.close();
    await provider.stop();
  });

  it('knows a program by its client credentials', async () => {
    const principal = await verifierOf().verifyBearer(await provider.robotToken());
    expect(principal).to.deep.include({
      kind: 'oidc',
      id: 'oidc:robot',
      role: 'operator',
      tenant: 'tn-1',
      issuer: provider.issuer,
    });
  });

  it('knows a person who signed in by an authorization code with PKCE', async () => {
    const { access_token: token } = await provider.personTokens();
    expect(await verifierOf().verifyBearer(token)).to.deep.include({ id: 'oidc:ada', role: 'operator' });
  });

  it('knows who signed out by back-channel logout, and refuses the tokens of that session', async () => {
    const { id_token: token } = await provider.personTokens();
    const { sid } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    const signedOut = new Set<string | undefined>();
    const verifier = verifierOf({
      audience: 'console',
      isRevoked: ({ sessionId }) => signedOut.has(sessionId),
    });
    expect(await verifier.verifyBearer(token)).to.include({ id: 'oidc:ada' });
    await provider.signOut(sid);
    const logout = await verifier.verifyLogout(provider.logoutToken() ?? '');
    expect(logout).to.include({ issuer: provider.issuer, subject: 'ada', sessionId: sid });
    signedOut.add(logout.sessionId);
    await expectRefusal('bearer_revoked', () => verifier.verifyBearer(token));
    await expectRefusal('bearer_malformed', () => verifier.verifyBearer(provider.logoutToken() ?? ''));
    await expectRefusal('logout_token_invalid', () => verifier.verifyLogout(token));
  });

  it('knows who signed out of the application whose access tokens are for an API', async () => {
    const { id_token: idToken, access_token: accessToken } = await provider.personTokens();
    const { sid } = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString());
    const signedOut = new Set<string>();
    const verifier = verifierOf({
      clientIds: ['console'],
      isRevoked: ({ subject }) => signedOut.has(subject),
    });
    expect(provider.audience).not.to.equal('console');
    expect(await verifier.verifyBearer(accessToken)).to.include({ id: 'oidc:ada' });
    await provider.signOut(sid);
    const logout = await verifier.verifyLogout(provider.logoutToken() ?? '');
    expect(logout).to.include({ subject: 'ada', sessionId: sid });
    signedOut.add(logout.subject ?? '');
    await expectRefusal('bearer_revoked', () => verifier.verifyBearer(accessToken));
    for (const clientIds of [undefined, ['robot']]) {
      const error = await expectRefusal('logout_token_invalid', () =>
        verifierOf({ clientIds }).verifyLogout(provider.logoutToken() ?? ''),
      );
      expect(error.detail).to.match(/^bearer_wrong_audience/);
    }
  });

  it('knows a person by the ID token when the audience is the application', async () => {
    const { id_token: token } = await provider.personTokens();
    const principal = await verifierOf({ audience: 'console' }).verifyBearer(token);
    expect(principal).to.deep.include({ id: 'oidc:ada', role: 'viewer' });
    await expectRefusal('bearer_wrong_audience', () => verifierOf().verifyBearer(token));
  });

  it('shows each check of a token', async () => {
    const explanation = await verifierOf().explainBearer(await provider.robotToken());
    expect(explanation.accepted).to.equal(true);
    expect(explanation.checks.map(({ name }) => name).join(' ')).to.equal(
      'form key signature issuer audience lifetime subject revocation tenant groups role',
    );
  });

  it('verifies every algorithm of the profile', async () => {
    provider.rotate(keyOfAlgorithm);
    const verifier = verifierOf();
    for (const algorithm of SIGNATURE_ALGORITHMS) {
      const principal = await verifier.verifyBearer(await provider.robotToken(algorithm));
      expect(principal.id, algorithm).to.equal('oidc:robot');
    }
  });

  it('refuses the token of another provider', async () => {
    const other = await startRealProvider({ current: keys.otherRsa });
    try {
      const token = await other.robotToken();
      await expectRefusal('bearer_bad_signature', () => verifierOf().verifyBearer(token));
    } finally {
      await other.stop();
    }
  });

  it('refuses an opaque token', async () => {
    await expectRefusal('bearer_malformed', () => verifierOf().verifyBearer('qN2GHBjzO6mPY8cV0tQwSvQ3'));
  });

  it('refuses a token whose time is over', async () => {
    const token = await provider.robotToken();
    // By what the token says: the clock of this test stands still, and that of the provider went on while it was made.
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
    clock.advance(exp * 1_000 - clock().getTime() + 59_999);
    expect((await verifierOf().verifyBearer(token)).id).to.equal('oidc:robot');
    clock.advance(1);
    await expectRefusal('bearer_expired', () => verifierOf().verifyBearer(token));
  });

  it('follows the rotation of the keys', async () => {
    const verifier = verifierOf();
    const before = await provider.robotToken();
    await verifier.verifyBearer(before);
    provider.rotate({ next: keys.otherRsa });
    const after = await provider.robotToken();
    await expectRefusal('bearer_unknown_key', () => verifier.verifyBearer(after));
    clock.advance(UNKNOWN_KEY_COOLDOWN_MS);
    expect((await verifier.verifyBearer(after)).id).to.equal('oidc:robot');
    await expectRefusal('bearer_unknown_key', () => verifier.verifyBearer(before));
    expect(provider.requests.filter((path) => path === '/jwks')).to.have.length(2);
  });

  it('goes on while the provider is away, and says so at a new start', async () => {
    const verifier = verifierOf();
    const token = await provider.robotToken();
    await verifier.prepare();
    await provider.stop();
    expect((await verifier.verifyBearer(token)).id).to.equal('oidc:robot');
    const restarted = verifierOf();
    await expectRefusal('oidc_keys_unavailable', () => restarted.prepare());
    const error = await expectRefusal('oidc_keys_unavailable', () => restarted.verifyBearer(token));
    expect(error.detail).to.include('cannot be reached');
  });

  it('needs no provider with its public key', async () => {
    const token = await provider.robotToken();
    await provider.stop();
    const publicKey = keys.rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    expect((await verifierOf({ publicKey }).verifyBearer(token)).id).to.equal('oidc:robot');
  });
});
