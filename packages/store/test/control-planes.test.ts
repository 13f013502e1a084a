import { expect } from 'chai';
import { rejection } from './rejection.js';
import { openFixture, type StoreFixture } from './store-fixture.js';

describe('ControlPlaneRepository', () => {
  let fixture: StoreFixture;
  before(async () => {
    fixture = await openFixture();
  });
  beforeEach(() => fixture.reset());
  after(() => fixture.close());

  const beat = (id: string) => fixture.store.controlPlanes.beat({ id, gapMs: 15_000 });

  it('tells since when a control plane has listened without a gap', async () => {
    const { clock } = fixture;
    const began = clock();
    expect(await beat('a')).to.deep.equal({ listeningSince: began, controlPlanes: 1 });
    clock.advance(15_000);
    expect(await beat('a')).to.deep.equal({ listeningSince: began, controlPlanes: 1 });
    clock.advance(15_001);
    expect(await beat('a')).to.deep.equal({ listeningSince: clock(), controlPlanes: 1 });
  });

  it('takes the one that has listened longest, as long as it is there', async () => {
    const { clock } = fixture;
    const began = clock();
    await beat('old');
    clock.advance(10_000);
    const younger = clock();
    expect(await beat('young')).to.deep.equal({ listeningSince: began, controlPlanes: 2 });
    clock.advance(5_001);
    expect(await beat('young')).to.deep.equal({ listeningSince: younger, controlPlanes: 1 });
    // What comes back after a gap begins anew.
    expect(await beat('old')).to.deep.equal({ listeningSince: younger, controlPlanes: 2 });
  });

  it('counts nobody who left', async () => {
    await beat('a');
    fixture.clock.advance(10_000);
    await beat('b');
    await fixture.store.controlPlanes.leave('a');
    expect(await beat('b')).to.deep.equal({ listeningSince: fixture.clock(), controlPlanes: 1 });
    await fixture.store.controlPlanes.leave('a');
  });

  it('survives 64 beats at once', async () => {
    const presences = await Promise.all(Array.from({ length: 64 }, (_, n) => beat(`cp-${n % 8}`)));
    expect(presences).to.have.length(64);
    expect(await beat('cp-0')).to.include({ controlPlanes: 8 });
  });

  it('refuses a nameless one and a gap of nothing', async () => {
    await rejection(beat(' '), 'invalid_input');
    await rejection(fixture.store.controlPlanes.beat({ id: 'a', gapMs: 0 }), 'invalid_input');
  });
});
