import { expect } from 'chai';
import { familiarReference } from '../../src/docker/image-reference.js';

const DIGEST = `sha256:${'a'.repeat(64)}`;

describe('familiarReference', () => {
  const spellings: ReadonlyArray<readonly [text: string, reference: string]> = [
    ['alpine', 'alpine:latest'],
    ['alpine:3.20', 'alpine:3.20'],
    ['library/alpine', 'alpine:latest'],
    ['docker.io/library/alpine:3', 'alpine:3'],
    ['index.docker.io/library/alpine', 'alpine:latest'],
    ['docker.io/alpine', 'alpine:latest'],
    ['docker.io/user/app', 'user/app:latest'],
    ['user/app_x/y--z:V1.2_3-4', 'user/app_x/y--z:V1.2_3-4'],
    ['ghcr.io/user/app', 'ghcr.io/user/app:latest'],
    ['localhost/app', 'localhost/app:latest'],
    ['localhost:5000/app:1', 'localhost:5000/app:1'],
    ['127.0.0.1:5000/a/b', '127.0.0.1:5000/a/b:latest'],
    [`alpine@${DIGEST}`, `alpine@${DIGEST}`],
    [`docker.io/library/alpine:3@${DIGEST}`, `alpine@${DIGEST}`],
  ];
  for (const [text, reference] of spellings) {
    it(`takes ${text.slice(0, 40)} as ${reference.slice(0, 30)}`, () => {
      expect(familiarReference(text)).to.equal(reference);
    });
  }

  for (const text of [
    '',
    ' alpine',
    'alpine ',
    'Alpine',
    'a//b',
    '/alpine',
    'alpine:',
    'alpine:-x',
    'alpine@sha256:abc',
    'User/app',
    '../etc',
    'a..b',
    'alpine\n',
    'a?b',
    DIGEST,
    'sha256:abcdef',
    'a'.repeat(64),
    'a'.repeat(600),
  ]) {
    it(`refuses ${JSON.stringify(text.slice(0, 24))}`, () => {
      expect(familiarReference(text)).to.equal(undefined);
    });
  }
});
