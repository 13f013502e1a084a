import { expect } from 'chai';
import { createReplayGuard } from '../src/index.js';

describe('createReplayGuard', () => {
  const start = Date.parse('2026-01-01T00:00:00Z');
  const at = (seconds: number): Date => new Date(start + seconds * 1000);

  it('accepts an id once', () => {
    const guard = createReplayGuard({ clock: () => at(0) });
    expect(guard.accept('a', at(60))).to.equal('accepted');
    expect(guard.accept('a', at(60))).to.equal('replayed');
    expect(guard.accept('b', at(60))).to.equal('accepted');
  });

  it('remembers an id up to the last moment of its token', () => {
    let now = at(0);
    const guard = createReplayGuard({ clock: () => now });
    guard.accept('a', at(61));
    now = new Date(at(61).getTime() - 1);
    guard.accept('other', at(120));
    expect(guard.accept('a', at(61))).to.equal('replayed');
  });

  it('forgets the ids of dead tokens', () => {
    let now = at(0);
    const guard = createReplayGuard({ clock: () => now });
    for (let id = 0; id < 1000; id += 1) guard.accept(`a${id}`, at(60 + (id % 60)));
    expect(guard.size).to.equal(1000);
    now = at(130);
    guard.accept('b', at(190));
    expect(guard.size).to.equal(1);
  });

  it('refuses rather than forget a living token, and recovers', () => {
    let now = at(0);
    const guard = createReplayGuard({ clock: () => now, capacity: 2 });
    guard.accept('a', at(60));
    guard.accept('b', at(60));
    expect(guard.accept('c', at(60))).to.equal('full');
    expect(guard.accept('a', at(60))).to.equal('replayed');
    now = at(71);
    expect(guard.accept('c', at(120))).to.equal('accepted');
  });
});
