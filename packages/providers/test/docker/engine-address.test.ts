import { expect } from 'chai';
import { engineAddress } from '../../src/docker/engine-address.js';
import { ProviderError } from '../../src/index.js';

describe('engineAddress', () => {
  const found: ReadonlyArray<readonly [socket: string, host: string | undefined, path: string]> = [
    ['', undefined, '/var/run/docker.sock'],
    ['', '', '/var/run/docker.sock'],
    ['', 'unix:///run/user/1000/docker.sock', '/run/user/1000/docker.sock'],
    ['/srv/docker.sock', 'tcp://192.0.2.1:2375', '/srv/docker.sock'],
    ['unix:///srv/docker.sock', undefined, '/srv/docker.sock'],
  ];
  for (const [socket, host, path] of found) {
    it(`is ${path} for ${JSON.stringify([socket, host])}`, () => {
      expect(engineAddress(socket, { DOCKER_HOST: host })).to.deep.equal({ kind: 'socket', path });
    });
  }

  it('leaves an encrypted or local address to the client', () => {
    for (const env of [
      { DOCKER_HOST: 'tcp://192.0.2.1:2376' },
      { DOCKER_HOST: 'tcp://192.0.2.1:1', DOCKER_TLS_VERIFY: '1' },
      { DOCKER_HOST: 'tcp://127.0.0.1:2375' },
      { DOCKER_HOST: 'tcp://localhost:2375' },
      { DOCKER_HOST: 'tcp://[::1]:2375' },
    ]) {
      expect(engineAddress('', env)).to.deep.equal({ kind: 'tcp', url: env.DOCKER_HOST });
    }
  });

  for (const [socket, host] of [
    ['', 'tcp://192.0.2.1:2375'],
    ['', 'tcp://127.evil.example:2375'],
    ['', 'ssh://root@192.0.2.1'],
    ['', 'tcp://'],
    ['tcp://127.0.0.1:2375', ''],
    ['docker.sock', ''],
  ] as const) {
    it(`refuses ${JSON.stringify([socket, host])}`, () => {
      expect(() => engineAddress(socket, { DOCKER_HOST: host }))
        .to.throw(ProviderError)
        .with.property('code', 'unavailable');
    });
  }
});
