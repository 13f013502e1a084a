import { expect } from 'chai';
import { AuditError, exportLine, isStatement, parseExportLine } from '../src/index.js';
import { chainOf, statementOn } from './sample-chain.js';

describe('a line of an export', () => {
  const [record] = chainOf(1);
  const line = exportLine(record!);
  const statement = statementOn('head', record!);

  it('is read as it was written', () => {
    expect(parseExportLine(line)).to.deep.equal(record);
    expect(isStatement(parseExportLine(line))).to.equal(false);
    expect(isStatement(parseExportLine(statement))).to.equal(true);
    expect(exportLine(parseExportLine(statement))).to.equal(statement);
  });

  const malformed: Readonly<Record<string, string>> = {
    nothing: '',
    'no JSON': line.slice(0, -1),
    'an array': `[${line}]`,
    null: 'null',
    'white space': `${line} `,
    'a member twice': line.replace('{', '{"action":"other",'),
    'an unknown member': line.replace('{', '{"aaa":1,'),
    'a missing member': line.replace('"reason":"",', ''),
    'another order': JSON.stringify(Object.fromEntries(Object.entries(record!).reverse())),
    'another spelling of a text': line.replace('ann', String.raw`\u0061nn`),
    'another spelling of a number': line.replace('"status":201', '"status":201.0'),
    'an unknown category': line.replace('"operation"', '"other"'),
    'a time of another form': line.replace('00.000Z', '00Z'),
    'a time that is none': line.replace('2030-01-01', '2030-02-30'),
    'a sequence of zero': line.replace('"sequence":1', '"sequence":0'),
    'a negative duration': line.replace('"duration_ms":12', '"duration_ms":-12'),
    'a hash in capitals': line.replace(record!.hash, record!.hash.toUpperCase()),
    'a detail that is a list': line.replace(/"detail":\{[^}]*\}/, '"detail":[]'),
    'an unknown statement': statement.replace('"head"', '"tail"'),
    'a statement with more': statement.replace('{', '{"aaa":1,'),
  };
  for (const [name, text] of Object.entries(malformed)) {
    it(`refuses ${name}`, () => {
      expect(() => parseExportLine(text))
        .to.throw(AuditError)
        .with.property('code', 'malformed');
    });
  }
});
