import { expect } from 'chai';
import fc from 'fast-check';
import { imageSpellings, PolicyError } from '../src/index.js';
import { naiveCanonical, naiveSpellings } from './naive-policy.js';
import { DIGEST, values } from './policy-fixture.js';

const LONG_DIGEST = `sha512:${'0123456789abcdef'.repeat(8)}`;

describe('imageSpellings', () => {
  const same: ReadonlyArray<readonly [string, readonly string[]]> = [
    [
      'docker.io/library/alpine:latest',
      [
        'alpine',
        'alpine:latest',
        'library/alpine',
        'docker.io/alpine',
        'docker.io/library/alpine',
        'Docker.IO/library/alpine',
        'index.docker.io/alpine:latest',
        'registry-1.docker.io/library/alpine',
        'registry.hub.docker.com/library/alpine',
        'docker.io:443/library/alpine',
        ' alpine\n',
      ],
    ],
    ['docker.io/library/alpine:3.19', ['alpine:3.19', 'index.docker.io:0443/alpine:3.19']],
    ['docker.io/acme/app:latest', ['acme/app', 'docker.io/acme/app']],
    [
      `docker.io/library/alpine@${DIGEST}`,
      [`alpine@${DIGEST}`, `alpine:3.19@${DIGEST}`, `alpine:latest@${DIGEST}`],
    ],
    [`docker.io/library/alpine@${LONG_DIGEST}`, [`alpine@${LONG_DIGEST}`]],
    ['ghcr.io/acme/app:latest', ['GHCR.io/acme/app', 'ghcr.io:443/acme/app:latest']],
    ['ghcr.io:5000/acme/app:V1', ['ghcr.io:5000/acme/app:V1', 'ghcr.io:05000/acme/app:V1']],
    ['localhost/app:latest', ['localhost/app', 'LOCALHOST:443/app']],
    ['[::1]:5000/app:latest', ['[::1]:5000/app']],
    ['docker.io/library/library:latest', ['library']],
    ['docker.io/foo.bar/app:latest', ['docker.io/foo.bar/app']],
    ['MyRootfs', ['MyRootfs']],
  ];
  for (const [canonical, spellings] of same) {
    for (const spelling of spellings) {
      it(`names ${canonical.slice(0, 40)} by ${JSON.stringify(spelling.slice(0, 50))}`, () => {
        expect(imageSpellings(spelling)[0]).to.equal(canonical);
      });
    }
  }

  const different: ReadonlyArray<readonly [string, string]> = [
    ['alpine:3.19', 'alpine:3.20'],
    ['alpine:v1', 'alpine:V1'],
    ['acme/alpine', 'alpine'],
    ['ghcr.io/library/alpine', 'alpine'],
    ['docker.io/foo.bar/app', 'foo.bar/app'],
    ['docker.io/localhost/app', 'localhost/app'],
    ['ghcr.io:80/acme/app', 'ghcr.io/acme/app'],
    ['MyRootfs', 'myrootfs'],
    [`alpine@${DIGEST}`, 'alpine'],
  ];
  for (const [one, other] of different) {
    it(`shares no text between ${one.slice(0, 30)} and ${other}`, () => {
      const texts = new Set(imageSpellings(one));
      expect(imageSpellings(other).filter((text) => texts.has(text))).to.deep.equal([]);
    });
  }

  const refused = [
    '',
    'UPPER/case',
    'a//b',
    '/a',
    'a/',
    'a:',
    ':tag',
    'a:b:c',
    'a b',
    'a\u0000',
    'a\u2028b',
    '\u0430lpine',
    'a:\u00e9',
    `a:${'t'.repeat(129)}`,
    'a@',
    'a@sha256:abc',
    `a@${DIGEST.toUpperCase()}`,
    `a@${DIGEST}@${DIGEST}`,
    `a@md5:${'0'.repeat(32)}`,
    DIGEST,
    DIGEST.slice('sha256:'.length),
    'host:0/a',
    'host:65536/a',
    'host:x/a',
    'ghcr.io./a',
    'ghcr..io/a',
    '-ghcr.io/a',
    'ghcr-.io/a',
    'https://ghcr.io/a',
    'user@ghcr.io/a',
    '../a.b',
    'ghcr.io/../a',
    'ghcr.io/a___b',
    `${'a/'.repeat(200)}b`,
    'a'.repeat(10_000_000),
  ];
  for (const text of refused) {
    it(`refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
      expect(() => imageSpellings(text))
        .to.throw(PolicyError)
        .with.property('code', 'invalid_value');
    });
  }

  it('finds what trying every text finds', () => {
    fc.assert(
      fc.property(values, (value) => {
        const expected = naiveSpellings(value);
        let actual: readonly string[] = [];
        try {
          actual = imageSpellings(value);
        } catch (error) {
          if (!(error instanceof PolicyError)) throw error;
        }
        expect([...actual].sort()).to.deep.equal([...expected].sort());
      }),
      { numRuns: 1_000 },
    );
  });

  it('lists each text once, and every one of them has the same list', () => {
    fc.assert(
      fc.property(values, (value) => {
        fc.pre(naiveCanonical(value) !== undefined && !value.includes('@'));
        const spellings = imageSpellings(value);
        expect(new Set(spellings).size).to.equal(spellings.length).and.be.at.most(36);
        for (const spelling of spellings) expect(imageSpellings(spelling)).to.deep.equal(spellings);
      }),
      { numRuns: 300 },
    );
  });
});
