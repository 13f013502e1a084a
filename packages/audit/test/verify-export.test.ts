import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AuditRecord,
  chainRecord,
  createExportVerifier,
  exportLine,
  generateSigningKey,
  parseExportLine,
  readPublicKey,
  readSigningKey,
  type Verification,
  verifyExport,
} from '../src/index.js';
import { chainOf, exportOf, statementOn, unchained } from './sample-chain.js';

const key = readSigningKey(generateSigningKey());
const keys = [readPublicKey(key.publicKeyPem)];

function verified(lines: readonly string[], options = { keys }): Verification {
  const verifier = createExportVerifier(options);
  for (const line of lines) verifier.line(line);
  return verifier.finish();
}

const codesOf = ({ problems }: Verification) =>
  problems.map(({ code, sequence }) => `${code} ${sequence ?? '-'}`);

describe('verifyExport', () => {
  const lines = exportOf({ pruned: 2, count: 6, every: 3 }, key);

  it('finds a whole chain intact, pruned or not, signed or not, alone or among others', async () => {
    const report = await verifyExport(lines, { keys });
    expect(codesOf(report)).to.deep.equal([]);
    const head = { sequence: 8, hash: chainOf(8)[7]!.hash, at: '2030-01-01T00:00:01.000Z' };
    expect(report).to.deep.equal({
      intact: true,
      chains: [{ tenant: 'tn-1', events: 6, prunedTo: 2, head, signatures: 4 }],
      problems: [],
      problemCount: 0,
      signaturesChecked: true,
    });
    const unsigned = exportOf({ pruned: 0, count: 3, every: 2 });
    expect(await verifyExport(unsigned)).to.include({ intact: true, signaturesChecked: false });
    const empty = statementOn('head', { sequence: 0, hash: '0'.repeat(64) }, key, 'tn-2');
    expect(verified([...lines, empty])).to.include({ intact: true });
  });

  const [anchor, three, checkpoint, four, five, six] = lines as [
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const last = lines.length - 1;
  const without = (...indexes: number[]) => lines.filter((_, index) => !indexes.includes(index));
  const replaced = (index: number, line: string) => lines.with(index, line);
  const forge = (line: string, change: Partial<AuditRecord>) =>
    chainRecord(
      {
        sequence: (parseExportLine(line) as AuditRecord).sequence - 1,
        hash: (parseExportLine(line) as AuditRecord).prev_hash,
      },
      { ...unchained(), ...change },
    );
  const attacks: ReadonlyArray<readonly [string, readonly string[], readonly string[]]> = [
    ['a changed member', replaced(3, four.replace('ann', 'eve')), ['changed 4']],
    ['a changed detail', replaced(3, four.replace('256', '512')), ['changed 4']],
    [
      'a changed record with its hash made anew',
      replaced(3, exportLine(forge(four, { actor_id: 'eve' }))),
      ['broken_link 5'],
    ],
    ['a record that is missing', without(3), ['removed 4']],
    ['several that are missing', without(3, 4), ['removed 4']],
    ['the first that is missing', without(1), ['removed 3']],
    ['a record that is there twice', [anchor, three, three, ...lines.slice(2)], ['added 3']],
    ['two in the wrong order', [...lines.slice(0, 3), five, four, ...lines.slice(5)], ['reordered 4']],
    ['the end cut off', lines.slice(0, last - 2), ['truncated 7']],
    ['the end cut off before its head', without(last - 1), ['truncated 8']],
    ['an anchor that is missing', lines.slice(1), ['removed 1']],
    ['everything before a checkpoint', [...lines.slice(2)], ['removed 1']],
    [
      'a record behind the head',
      [...lines, exportLine(chainRecord(chainOf(8)[7]!, unchained()))],
      ['added 9'],
    ],
    ['a head from before', [...lines.slice(0, last), statementOn('head', chainOf(7)[6]!, key)], ['added 7']],
    ['a second anchor', [anchor, ...lines], ['reordered 2']],
    ['a checkpoint twice', [anchor, three, checkpoint, checkpoint, ...lines.slice(3)], ['added 3']],
    [
      'a checkpoint of another record',
      replaced(2, statementOn('checkpoint', { sequence: 3, hash: chainOf(4)[3]!.hash }, key)),
      ['forged 3', 'broken_link 4'],
    ],
    [
      'another key',
      replaced(2, statementOn('checkpoint', chainOf(3)[2]!, readSigningKey(generateSigningKey()))),
      ['unknown_key 3'],
    ],
    ['no signature', replaced(2, statementOn('checkpoint', chainOf(3)[2]!)), ['unsigned 3']],
    [
      'a signature of something else',
      replaced(0, anchor.replace(/"signature":"[^"]*"/, /"signature":"[^"]*"/.exec(checkpoint)![0])),
      ['bad_signature 2'],
    ],
    ['junk', replaced(3, six.slice(1)), ['malformed -', 'removed 4']],
    ['nothing', [], ['truncated -']],
  ];
  for (const [name, tampered, expected] of attacks) {
    it(`finds ${name}, and says where`, () => {
      const report = verified(tampered);
      expect(codesOf(report)).to.deep.equal(expected);
      expect(report.intact).to.equal(false);
    });
  }

  it('tells the line of a problem', () => {
    expect(verified(replaced(3, four.replace('ann', 'eve'))).problems[0]).to.include({
      line: 4,
      tenant: 'tn-1',
    });
  });

  it('finds a chain that was made anew from some record on, by the statements', () => {
    const from = 4;
    const records = chainOf(3);
    for (let n = from; n <= 8; n += 1)
      records.push(chainRecord(records.at(-1)!, unchained({ actor_id: 'eve' })));
    const anew = lines.map((line) => {
      const read = parseExportLine(line);
      return 'statement' in read || read.sequence < from ? line : exportLine(records[read.sequence - 1]!);
    });
    expect(codesOf(verified(anew))).to.deep.equal(['forged 6', 'broken_link 7', 'forged 8']);
  });

  it('counts more problems than it shows', () => {
    const many = verified(Array.from({ length: 250 }, () => 'junk'));
    expect(many.problems).to.have.length(100);
    expect(many.problemCount).to.equal(251);
  });

  it('always finds random tampering', function () {
    // A second or two of hashes and signatures, and as many times that as other programs leave little of the processor.
    this.timeout(60_000);
    const anything = fc.record({
      pruned: fc.integer({ min: 0, max: 3 }),
      count: fc.integer({ min: 1, max: 12 }),
      every: fc.integer({ min: 1, max: 5 }),
      how: fc.constantFrom('change', 'remove', 'repeat', 'move', 'cut', 'insert', 'rechain', 'junk'),
      at: fc.nat(),
      to: fc.nat(),
      seed: fc.nat(),
    });
    fc.assert(
      fc.property(anything, ({ how, at, to, seed, ...shape }) => {
        const original = exportOf(shape, key);
        expect(verified(original).intact).to.equal(true);
        const tampered = tamper(original, how, at, to, seed);
        fc.pre(tampered !== undefined && tampered.join('\n') !== original.join('\n'));
        expect(verified(tampered ?? []).intact, `${how} ${at} ${to}`).to.equal(false);
      }),
      { numRuns: 600 },
    );
  });
});

/** Changes an export in one way; undefined where that way is not possible. A checkpoint that is gone proves nothing either way. */
function tamper(
  lines: readonly string[],
  how: string,
  at: number,
  to: number,
  seed: number,
): readonly string[] | undefined {
  const index = at % lines.length;
  const line = lines[index] ?? '';
  const read = parseExportLine(line);
  const isCheckpoint = 'statement' in read && read.statement === 'checkpoint';
  switch (how) {
    case 'change': {
      const names = Object.keys(read);
      const name = names[seed % names.length] ?? '';
      const value = (read as unknown as Record<string, unknown>)[name];
      const other =
        typeof value === 'number'
          ? value + 1 + (seed % 3)
          : typeof value === 'string'
            ? `${value}${seed}`
            : { seed };
      return lines.with(index, JSON.stringify({ ...read, [name]: other }));
    }
    case 'remove':
      return isCheckpoint ? undefined : lines.filter((_, each) => each !== index);
    case 'repeat':
      return [...lines.slice(0, index), line, ...lines.slice(index)];
    case 'move': {
      const rest = lines.filter((_, each) => each !== index);
      const target = to % lines.length;
      return [...rest.slice(0, target), line, ...rest.slice(target)];
    }
    case 'cut':
      return lines.slice(0, index);
    case 'insert':
      return [
        ...lines.slice(0, index),
        exportLine(chainRecord({ sequence: seed % 15, hash: 'f'.repeat(64) }, unchained())),
        ...lines.slice(index),
      ];
    case 'rechain': {
      if ('statement' in read) return undefined;
      let end = { sequence: read.sequence - 1, hash: read.prev_hash };
      return lines.map((each, position) => {
        const one = parseExportLine(each);
        if ('statement' in one || position < index) return each;
        const { sequence: _s, prev_hash: _p, hash: _h, ...content } = one;
        const record = chainRecord(end, { ...content, detail: { seed } });
        end = record;
        return exportLine(record);
      });
    }
    default:
      return lines.with(index, line.slice(0, seed % line.length));
  }
}
