import { expect } from 'chai';
import pg from 'pg';
import {
  MAX_LIST_LIMIT,
  type NewPrincipalRevocation,
  openStore,
  PRINCIPAL_REVOCATIONS_CHANNEL,
  type PrincipalRevocationSnapshot,
  type Store,
} from '../src/index.js';
import { eventually } from './eventually.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

const issuer = 'https://idp.example';
const about = { issuer, reason: 'left the company', revokedBy: 'ann' };
const minute = (number: number) => new Date(Date.UTC(2030, 0, 1, 0, number));
const subject = (issuedBefore: Date, expiresAt?: Date): NewPrincipalRevocation => ({
  ...about,
  kind: 'subject',
  subject: 'ada',
  issuedBefore,
  expiresAt,
});
const session = (sid: string, expiresAt?: Date): NewPrincipalRevocation => ({
  ...about,
  kind: 'session',
  subject: sid,
  expiresAt,
});

describe('PrincipalRevocationRepository', () => {
  let fixture: StoreFixture;
  let other: Store;
  before(async () => {
    fixture = await openFixture();
    other = await openStore({ driver: 'postgres', dsn: fixture.database.dsn, clock: fixture.clock });
  });
  after(async () => {
    await other.close();
    await fixture.close();
  });
  beforeEach(() => fixture.reset());

  const current = async (): Promise<PrincipalRevocationSnapshot> =>
    (await fixture.store.principalRevocations.snapshot()) ??
    expect.fail('a snapshot without a known version');

  it('heeds a demand once, whoever gets it, and remembers the demand', async () => {
    const { principalRevocations } = fixture.store;
    const demand = { tokenId: 'j-1', expiresAt: minute(5) };
    const ask = ({ principalRevocations: repository }: Store) =>
      repository.addOnce(session('s-1', minute(9)), demand);
    const answers = await Promise.all([fixture.store, other, fixture.store, other].map(ask));
    const [heeded, ...more] = answers.filter((answer) => answer !== undefined);
    expect([heeded?.kind, heeded?.subject, more]).to.deep.equal(['session', 's-1', []]);
    const before = await current();
    expect(before.revocations.map(({ kind, subject }) => `${kind} ${subject}`)).to.have.members([
      'session s-1',
      'token j-1',
    ]);
    expect(await ask(other)).to.equal(undefined);
    expect((await current()).version).to.equal(before.version);
    const elsewhere = { ...session('s-1'), issuer: 'https://other.example' };
    expect(await principalRevocations.addOnce(elsewhere, demand)).to.include({ kind: 'session' });
    await principalRevocations.prune({ now: minute(6) });
    expect(await ask(fixture.store)).to.include({ id: heeded?.id });
  });

  it('does not remember a demand that cannot be met', async () => {
    const { principalRevocations } = fixture.store;
    const demand = { tokenId: 'j-1', expiresAt: minute(5) };
    await rejection(principalRevocations.addOnce(session(''), demand), 'invalid_input');
    await rejection(
      principalRevocations.addOnce(session('s-1'), { ...demand, tokenId: '' }),
      'invalid_input',
    );
    expect((await current()).revocations).to.deep.equal([]);
    expect(await principalRevocations.addOnce(session('s-1'), demand)).to.include({ subject: 's-1' });
  });

  it('revokes a subject, a session and a token, each by issuer', async () => {
    const { principalRevocations } = fixture.store;
    const revoked = [
      await principalRevocations.add(subject(minute(1), minute(9))),
      await principalRevocations.add(session('s-1')),
      await principalRevocations.add({ ...about, kind: 'token', subject: 's-1' }),
      await principalRevocations.add({ ...session('s-1'), issuer: 'https://other.example' }),
    ];
    expect(revoked[0]).to.deep.equal({
      id: revoked[0]?.id,
      ...about,
      kind: 'subject',
      subject: 'ada',
      issuedBefore: minute(1),
      expiresAt: minute(9),
      createdAt: fixture.clock(),
    });
    expect(new Set(revoked.map(({ id }) => id)).size).to.equal(4);
    for (const record of revoked) {
      expect(record.id).to.match(/^pv-[0-9a-f]{24}$/);
      expect(await principalRevocations.get(record.id)).to.deep.equal(record);
    }
    expect((await principalRevocations.list({ kind: 'session' })).items).to.have.length(2);
    expect((await principalRevocations.list({ kind: 'session', issuer })).items).to.deep.equal([revoked[1]]);
    const listed = await everyPage(principalRevocations.list, 1);
    expect(listed.flat()).to.have.deep.members(revoked);
  });

  it('widens an earlier revocation and never narrows it', async () => {
    const { principalRevocations } = fixture.store;
    const first = await principalRevocations.add(subject(minute(1), minute(16)));
    const later = await principalRevocations.add({ ...subject(minute(2), minute(15)), reason: 'again' });
    expect(later).to.deep.equal({ ...first, issuedBefore: minute(2), reason: 'again' });
    expect(await principalRevocations.add(subject(minute(1), minute(16)))).to.deep.equal(later);
    expect((await principalRevocations.add(subject(minute(2)))).expiresAt).to.equal(undefined);
    expect((await principalRevocations.add(subject(minute(2), minute(17)))).expiresAt).to.equal(undefined);
    expect((await principalRevocations.list()).items).to.have.length(1);
  });

  const invalid: ReadonlyArray<readonly [string, object]> = [
    ['a subject without a time', { kind: 'subject', subject: 'ada' }],
    ['a session with a time', { kind: 'session', subject: 's', issuedBefore: minute(1) }],
    ['another kind', { kind: 'group', subject: 'ops' }],
    ['nobody', { kind: 'session', subject: ' ' }],
    ['no issuer', { kind: 'session', subject: 's', issuer: '' }],
    ['a NUL', { kind: 'session', subject: 'a\0b' }],
    ['half a character', { kind: 'session', subject: 'a\ud800' }],
    ['a subject beyond 512 bytes', { kind: 'session', subject: 'é'.repeat(257) }],
    ['an issuer beyond 1024 bytes', { kind: 'session', subject: 's', issuer: 'i'.repeat(1025) }],
    ['a time that is none', { kind: 'subject', subject: 'ada', issuedBefore: new Date(Number.NaN) }],
  ];
  for (const [name, input] of invalid) {
    it(`does not take ${name}`, async () => {
      const { principalRevocations } = fixture.store;
      const adding = principalRevocations.add({ ...about, ...input } as NewPrincipalRevocation);
      await rejection(adding, 'invalid_input');
    });
  }

  it('takes the longest texts that it allows', async () => {
    const longest = { ...session('s'.repeat(512)), issuer: 'i'.repeat(512) };
    expect(await fixture.store.principalRevocations.add(longest)).to.include({ subject: 's'.repeat(512) });
  });

  it('has a new version for every change, which the channel tells, and none without a change', async () => {
    const { principalRevocations } = fixture.store;
    const told: string[] = [];
    const listener = new pg.Client({ connectionString: fixture.database.dsn });
    listener.on('notification', ({ payload }) => told.push(payload ?? ''));
    await listener.connect();
    await listener.query(`listen ${PRINCIPAL_REVOCATIONS_CHANNEL}`);
    const changes: ReadonlyArray<readonly [string, boolean, () => Promise<unknown>]> = [
      ['a first revocation', true, () => principalRevocations.add(subject(minute(2), minute(17)))],
      ['the same again', false, () => principalRevocations.add(subject(minute(2), minute(17)))],
      ['one that reaches further', true, () => principalRevocations.add(subject(minute(3), minute(18)))],
      ['a prune with nothing to do', false, () => principalRevocations.prune({ now: minute(18) })],
      ['a prune', true, () => principalRevocations.prune({ now: minute(19) })],
      ['one for ever', true, () => principalRevocations.add(session('s-1'))],
      ['a removal of nothing', false, () => rejection(principalRevocations.remove('pv-0'), 'not_found')],
      [
        'a removal',
        true,
        async () => principalRevocations.remove((await principalRevocations.list()).items[0]!.id),
      ],
    ];
    try {
      let { version } = await current();
      let expected = 0;
      for (const [name, changed, act] of changes) {
        await act();
        if (changed) expected += 1;
        const snapshot = await other.principalRevocations.snapshot(version);
        expect(snapshot !== undefined, name).to.equal(changed);
        if (snapshot !== undefined) expect(snapshot.version, name).to.be.above(version);
        version = snapshot?.version ?? version;
      }
      await eventually(async () => expect(told).to.have.length(expected));
      expect(told.at(-1)).to.equal(String(version));
      expect((await current()).revocations).to.deep.equal([]);
    } finally {
      await listener.end();
    }
  });

  it('is read whole beyond one page', async () => {
    const client = new pg.Client({ connectionString: fixture.database.dsn });
    await client.connect();
    await client.query(`insert into principal_revocations
      select 'pv-' || n, 'token', 'i', 't-' || n, null, '', '', now(), null from generate_series(1, ${2 * MAX_LIST_LIMIT}) n`);
    await client.end();
    const { revocations } = await current();
    expect(new Set(revocations.map(({ id }) => id)).size).to.equal(2 * MAX_LIST_LIMIT);
  });
});
