import { expect } from 'chai';
import type { SpawnRequest } from '../src/index.js';
import { resolveSpawnRequest } from '../src/spawn-request.js';
import { refusal } from './rejection.js';

const defaults = {
  image: 'host',
  provider: 'bubblewrap',
  memoryMb: 512,
  vcpus: 2,
  ttlMs: 1_800_000,
  maxTtlMs: 7_200_000,
};

describe('resolveSpawnRequest', () => {
  const resolved = {
    image: 'host',
    provider: 'bubblewrap',
    memoryMb: 512,
    vcpus: 2,
    ttlMs: 1_800_000,
    networkMode: 'none',
    ownerId: '',
    tenantId: '',
    metadata: {},
    requirements: {},
  };
  const blanks: ReadonlyArray<readonly [string, SpawnRequest]> = [
    ['absent', {}],
    ['undefined', { image: undefined, ttl: undefined, memoryMb: undefined, metadata: undefined }],
    [
      'empty or 0',
      { image: '', provider: '', memoryMb: 0, vcpus: 0, ttl: '', template: '', ownerId: '', networkMode: '' },
    ],
  ];
  for (const [name, request] of blanks) {
    it(`takes the defaults for what is ${name}`, () => {
      expect(resolveSpawnRequest(request, defaults)).to.deep.equal(resolved);
    });
  }

  it('keeps what the request says', () => {
    const request = {
      image: 'alpine',
      provider: 'docker',
      memoryMb: 64,
      vcpus: 1,
      networkMode: 'bridge',
      ownerId: 'ada',
    };
    const [metadata, requirements] = [{ job: '7' }, { zone: 'eu' }];
    const resolvedRequest = resolveSpawnRequest(
      { ...request, metadata, requirements, ttl: '1h30m' },
      defaults,
    );
    expect(resolvedRequest).to.deep.equal({
      ...request,
      tenantId: '',
      metadata,
      requirements,
      ttlMs: 5_400_000,
    });
  });

  it('gives to its caller what names no owner', () => {
    const owner = (request: SpawnRequest) => resolveSpawnRequest(request, defaults).ownerId;
    expect(owner({ callerId: 'key-1' })).to.equal('key-1');
    expect(owner({ callerId: 'key-1', ownerId: '' })).to.equal('key-1');
    expect(owner({ callerId: 'key-1', ownerId: 'ada' })).to.equal('ada');
  });

  it('takes a ttl up to the longest', () => {
    expect(resolveSpawnRequest({ ttl: '2h' }, defaults).ttlMs).to.equal(7_200_000);
  });

  const refused: ReadonlyArray<readonly [string, SpawnRequest, string, string]> = [
    ['a ttl that is no duration', { ttl: 'soon' }, 'invalid_duration', 'ttl: '],
    ['a ttl without a unit', { ttl: '30' }, 'invalid_duration', 'ttl: '],
    ['a ttl of nothing', { ttl: '0s' }, 'invalid_duration', 'above zero'],
    ['a negative ttl', { ttl: '-5m' }, 'invalid_duration', 'ttl: '],
    ['a ttl above the longest', { ttl: '2h1ms' }, 'ttl_too_long', '2h'],
    ['a template', { template: 'python' }, 'unsupported_field', 'template'],
  ];
  for (const [name, request, code, text] of refused) {
    it(`refuses ${name}`, () => {
      const error = refusal(() => resolveSpawnRequest(request, defaults));
      expect(error.code).to.equal(code);
      expect(error.message).to.include(text);
    });
  }
});
