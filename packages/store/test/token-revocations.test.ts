import { expect } from 'chai';
import pg from 'pg';
import {
  MAX_LIST_LIMIT,
  type NewTokenRevocation,
  openStore,
  REVOCATIONS_CHANNEL,
  type RevocationSnapshot,
  type Store,
} from '../src/index.js';
import { eventually } from './eventually.js';
import { everyPage } from './every-page.js';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

describe('TokenRevocationRepository', () => {
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

  const minute = (number: number) => new Date(Date.UTC(2030, 0, 1, 0, number));
  const about = { reason: 'lost laptop', revokedBy: 'ann' };
  const token = (subject: string, expiresAt?: Date): NewTokenRevocation => ({
    kind: 'token',
    subject,
    ...about,
    expiresAt,
  });
  const worker = (issuedBefore: Date, expiresAt?: Date): NewTokenRevocation => ({
    kind: 'worker',
    subject: 'w-1',
    issuedBefore,
    ...about,
    expiresAt,
  });
  const key = (subject: string): NewTokenRevocation => ({ kind: 'key', subject, ...about });
  const current = async (store: Store = fixture.store): Promise<RevocationSnapshot> =>
    (await store.tokenRevocations.snapshot()) ?? expect.fail('a snapshot without a known version');

  it('revokes a token, a worker and a key', async () => {
    const { store, clock } = fixture;
    const revoked = [
      await store.tokenRevocations.add(token('t-1', minute(15))),
      await store.tokenRevocations.add(worker(minute(0), minute(15))),
      await store.tokenRevocations.add(key('0123456789abcdef')),
    ];
    const rest = { ...about, createdAt: clock() };
    const ids = revoked.map(({ id }) => id);
    expect(revoked).to.deep.equal([
      {
        id: ids[0],
        kind: 'token',
        subject: 't-1',
        issuedBefore: undefined,
        expiresAt: minute(15),
        ...rest,
      },
      { id: ids[1], kind: 'worker', subject: 'w-1', issuedBefore: minute(0), expiresAt: minute(15), ...rest },
      {
        id: ids[2],
        kind: 'key',
        subject: '0123456789abcdef',
        issuedBefore: undefined,
        expiresAt: undefined,
        ...rest,
      },
    ]);
    for (const record of revoked) {
      expect(record.id).to.match(/^rv-[0-9a-f]{24}$/);
      expect(await store.tokenRevocations.get(record.id)).to.deep.equal(record);
    }
    expect(await store.tokenRevocations.get('rv-none')).to.equal(undefined);
  });

  it('widens an earlier revocation of the same subject and never narrows it', async () => {
    const { tokenRevocations } = fixture.store;
    const first = await tokenRevocations.add(worker(minute(1), minute(16)));
    fixture.clock.advance(1_000);
    const later = await tokenRevocations.add({ ...worker(minute(2), minute(17)), reason: 'again' });
    expect(later).to.deep.equal({
      ...first,
      issuedBefore: minute(2),
      expiresAt: minute(17),
      reason: 'again',
    });
    expect(await tokenRevocations.add(worker(minute(1), minute(16)))).to.deep.equal(later);
    expect((await tokenRevocations.add(worker(minute(2)))).expiresAt).to.equal(undefined);
    expect((await tokenRevocations.add(worker(minute(2), minute(17)))).expiresAt).to.equal(undefined);
    expect((await tokenRevocations.list()).items.length).to.equal(1);
  });

  it('takes the same text for three different subjects', async () => {
    const { tokenRevocations } = fixture.store;
    await tokenRevocations.add(token('w-1'));
    await tokenRevocations.add(key('w-1'));
    await tokenRevocations.add(worker(minute(0)));
    expect((await tokenRevocations.list()).items.length).to.equal(3);
    expect((await tokenRevocations.list({ kind: 'key' })).items.map(({ kind }) => kind)).to.deep.equal([
      'key',
    ]);
  });

  describe('snapshot', () => {
    it('is undefined until something changes, then it is all that is revoked', async () => {
      const { tokenRevocations } = fixture.store;
      await tokenRevocations.add(token('t-1', minute(1)));
      const { version } = await current();
      expect(await tokenRevocations.snapshot(version)).to.equal(undefined);
      expect(await other.tokenRevocations.snapshot(version)).to.equal(undefined);
      const second = await other.tokenRevocations.add(token('t-2', minute(2)));
      const snapshot = await tokenRevocations.snapshot(version);
      expect(snapshot?.version).to.be.above(version);
      expect(snapshot?.revocations.map(({ subject }) => subject)).to.have.members(['t-1', 't-2']);
      expect(snapshot?.revocations).to.deep.include(second);
    });

    it('has a new version for every change, and none for calls that change nothing', async () => {
      const { tokenRevocations } = fixture.store;
      const changes: ReadonlyArray<readonly [string, boolean, () => Promise<unknown>]> = [
        ['a first revocation', true, () => tokenRevocations.add(worker(minute(2), minute(17)))],
        ['the same again', false, () => tokenRevocations.add(worker(minute(2), minute(17)))],
        ['one that reaches less far', false, () => tokenRevocations.add(worker(minute(1), minute(16)))],
        ['one that reaches further', true, () => tokenRevocations.add(worker(minute(3), minute(18)))],
        ['a prune with nothing to do', false, () => tokenRevocations.prune({ now: minute(18) })],
        ['a prune', true, () => tokenRevocations.prune({ now: minute(19) })],
        ['one for ever', true, () => tokenRevocations.add(key('k-1'))],
        ['a prune at the end of time', false, () => tokenRevocations.prune({ now: new Date(8e14) })],
        [
          'a removal of nothing',
          false,
          () => rejection(tokenRevocations.remove('rv-000000000000000000000000'), 'not_found'),
        ],
        [
          'a removal',
          true,
          async () => tokenRevocations.remove((await tokenRevocations.list()).items[0]!.id),
        ],
      ];
      let { version } = await current();
      for (const [name, changed, act] of changes) {
        await act();
        const snapshot = await tokenRevocations.snapshot(version);
        expect(snapshot !== undefined, name).to.equal(changed);
        if (snapshot !== undefined) {
          expect(snapshot.version, name).to.be.above(version);
          version = snapshot.version;
        }
      }
      expect((await current()).revocations).to.deep.equal([]);
    });

    it('is read whole beyond one page', async () => {
      const client = new pg.Client({ connectionString: fixture.database.dsn });
      await client.connect();
      await client.query(`insert into worker_token_revocations
        select 'rv-' || n, 'token', 't-' || n, null, '', '', now(), null from generate_series(1, ${2 * MAX_LIST_LIMIT}) n`);
      await client.end();
      const { revocations } = await current();
      expect(new Set(revocations.map(({ id }) => id)).size).to.equal(2 * MAX_LIST_LIMIT);
    });

    it('never reaches a version again that was known before a backup was restored', async () => {
      const { tokenRevocations } = fixture.store;
      await tokenRevocations.add(token('t-1'));
      const { version } = await current();
      const client = new pg.Client({ connectionString: fixture.database.dsn });
      await client.connect();
      await client.query(`update worker_revocation_version set version = ${version - 1}`);
      await client.end();
      await tokenRevocations.add(token('t-2'));
      expect((await current()).version).to.be.above(version);
    });

    it('says what is wrong when the version row is lost, also to whoever revokes', async () => {
      const client = new pg.Client({ connectionString: fixture.database.dsn });
      await client.connect();
      try {
        await client.query('delete from worker_revocation_version');
        await rejection(fixture.store.tokenRevocations.snapshot(), 'schema');
        await rejection(fixture.store.tokenRevocations.snapshot(1), 'schema');
        await rejection(fixture.store.tokenRevocations.add(key('k-1')), 'schema');
        expect((await fixture.store.tokenRevocations.list()).items).to.deep.equal([]);
      } finally {
        await client.query('insert into worker_revocation_version (version) values (1)');
        await client.end();
      }
    });
  });

  it('loses no version when control planes revoke at the same time, and tells each on the channel', async () => {
    const versions: string[] = [];
    const listener = new pg.Client({ connectionString: fixture.database.dsn });
    listener.on('notification', ({ channel, payload }) => {
      expect(channel).to.equal(REVOCATIONS_CHANNEL);
      versions.push(payload ?? '');
    });
    await listener.connect();
    await listener.query(`listen ${REVOCATIONS_CHANNEL}`);
    const start = (await current()).version;

    // Follows the versions as a control plane does, while the others write.
    let known = await current(other);
    const followed: RevocationSnapshot[] = [];
    let writing = true;
    const following = (async () => {
      for (let more = true; more; ) {
        more = writing;
        const snapshot = await other.tokenRevocations.snapshot(known.version);
        followed.push(...(snapshot === undefined ? [] : [snapshot]));
        known = snapshot ?? known;
      }
    })();
    const stores = [fixture.store, other];
    await Promise.all(
      Array.from({ length: 40 }, (_, index) => stores[index % 2]!.tokenRevocations.add(token(`t-${index}`))),
    );
    writing = false;
    await following;

    expect(known.revocations.length).to.equal(40);
    await eventually(() => expect(versions.length).to.equal(40));
    await listener.end();
    expect(new Set(versions).size).to.equal(40);
    expect(versions.map(Number)).to.deep.equal(versions.map(Number).sort((a, b) => a - b));
    expect(Number(versions[0])).to.be.above(start);
    expect(Number(versions.at(-1))).to.equal(known.version);
    for (const { version, revocations } of followed) {
      expect(revocations.length, 'one more with every version').to.equal(versions.indexOf(`${version}`) + 1);
    }
  });

  it('makes one record of many revocations of one worker at the same time, the furthest reaching', async () => {
    const stores = [fixture.store, other];
    const records = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        stores[index % 2]!.tokenRevocations.add(worker(minute((index * 7) % 20), minute(20))),
      ),
    );
    expect(new Set(records.map(({ id }) => id)).size).to.equal(1);
    const { items } = await other.tokenRevocations.list();
    expect(items.map(({ issuedBefore }) => issuedBefore)).to.deep.equal([minute(19)]);
  });

  it('pages newest first, undisturbed by new revocations, also when many have one time', async () => {
    const { tokenRevocations } = fixture.store;
    const first = await Promise.all([1, 2, 3].map((number) => tokenRevocations.add(token(`a-${number}`))));
    fixture.clock.advance(1);
    const second = await Promise.all([1, 2].map((number) => tokenRevocations.add(token(`b-${number}`))));
    let extra = 0;
    const pages = await everyPage(
      (request) => tokenRevocations.list(request),
      2,
      () => {
        fixture.clock.advance(1);
        return tokenRevocations.add(token(`extra-${extra++}`));
      },
    );
    expect(pages.map((page) => page.length)).to.deep.equal([2, 2, 1]);
    expect(pages[0]).to.have.deep.members(second);
    expect(pages.flat().slice(2)).to.have.deep.members(first);
  });

  it('prunes as many as asked for, the longest expired first, by the clock unless told', async () => {
    const { tokenRevocations } = fixture.store;
    const now = fixture.clock().getTime();
    for (const [index, ago] of [1, 3, 2, -1].entries()) {
      await tokenRevocations.add(token(`t-${index}`, new Date(now - ago)));
    }
    await tokenRevocations.add(key('k-1'));
    expect(await tokenRevocations.prune({ limit: 2 })).to.equal(2);
    const left = async () => (await tokenRevocations.list()).items.map(({ subject }) => subject).sort();
    expect(await left()).to.deep.equal(['k-1', 't-0', 't-3']);
    expect(await tokenRevocations.prune()).to.equal(1);
    expect(await left()).to.deep.equal(['k-1', 't-3']);
  });

  it('refuses revocations that would mean nothing', async () => {
    const { tokenRevocations } = fixture.store;
    const invalid = (value: object) => tokenRevocations.add({ ...about, ...value } as NewTokenRevocation);
    await rejection(invalid({ kind: 'worker', subject: 'w-1' }), 'invalid_input');
    await rejection(invalid({ kind: 'token', subject: 't', issuedBefore: minute(0) }), 'invalid_input');
    await rejection(invalid({ kind: 'tenant', subject: 't' }), 'invalid_input');
    await rejection(invalid({ kind: 'token', subject: ' ' }), 'invalid_input');
    await rejection(invalid({ kind: 'token', subject: 't ' }), 'invalid_input');
    await rejection(tokenRevocations.add(worker(new Date(Number.NaN))), 'invalid_input');
    await rejection(tokenRevocations.add(token('t', new Date(Number.NaN))), 'invalid_input');
    await rejection(tokenRevocations.list({ after: 'x' }), 'invalid_input');
    await rejection(tokenRevocations.prune({ limit: 0 }), 'invalid_input');
  });
});
