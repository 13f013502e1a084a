import { expect } from 'chai';
import { namesWorker, parseSubjectNames } from '../../src/tls/subject-names.js';

describe('subject names', () => {
  const cases: ReadonlyArray<{ text: string | undefined; dns: string[]; uris: string[] }> = [
    { text: undefined, dns: [], uris: [] },
    { text: 'DNS:worker-a', dns: ['worker-a'], uris: [] },
    {
      text: 'DNS:a, URI:spiffe://x/worker/b, IP Address:127.0.0.1, email:c@d, Registered ID:1.2.3',
      dns: ['a'],
      uris: ['spiffe://x/worker/b'],
    },
    { text: 'DNS:"a, DNS:worker-a", DNS:b', dns: ['a, DNS:worker-a', 'b'], uris: [] },
    { text: 'DNS:"a\\", DNS:worker-a", DNS:b', dns: ['a", DNS:worker-a', 'b'], uris: [] },
    { text: 'DNS:a, nonsense', dns: [], uris: [] },
    { text: 'DNS:a, DNS:"b', dns: [], uris: [] },
  ];
  for (const { text, dns, uris } of cases) {
    it(`reads ${text}`, () => {
      expect(parseSubjectNames(text)).to.deep.equal({ dns, uris });
    });
  }

  const verdicts: ReadonlyArray<[name: string, names: boolean]> = [
    ['DNS:worker-a', true],
    ['URI:spiffe://example.org/worker/worker-a', true],
    ['URI:spiffe://example.org/ns/prod/worker/worker-a', true],
    ['DNS:worker-b', false],
    ['DNS:Worker-A', false],
    ['DNS:*', false],
    ['DNS:worker-a.example', false],
    ['DNS:"x, DNS:worker-a"', false],
    ['URI:https://example.org/worker/worker-a', false],
    ['URI:spiffe://example.org/worker-a', false],
    ['URI:spiffe://example.org/worker/worker-a/x', false],
    ['URI:spiffe://example.org/worker/worker%2Da', false],
    ['URI:spiffe:///worker/worker-a', false],
    ['URI:spiffe://example.org/x?/worker/worker-a', false],
    ['email:worker-a', false],
  ];
  for (const [name, names] of verdicts) {
    it(`takes ${name} ${names ? 'for a name' : 'for no name'} of worker-a`, () => {
      expect(namesWorker(parseSubjectNames(name), 'worker-a')).to.equal(names);
    });
  }
});
