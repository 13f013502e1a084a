import { expect } from 'chai';
import { OutputLog } from '../src/output-log.js';

describe('OutputLog', () => {
  it('joins lines that arrive in pieces, a character cut in two included', () => {
    const log = new OutputLog();
    const writer = log.writer();
    const bytes = Buffer.from('héllo\nworld');
    writer.append('stdout', bytes.subarray(0, 2));
    writer.append('stdout', bytes.subarray(2));
    expect(log.tail(5)).to.deep.equal(['héllo', 'world']);
    writer.append('stdout', Buffer.from('!\n'));
    expect(log.tail(5)).to.deep.equal(['héllo', 'world!']);
  });

  it('keeps the lines of two streams and of two execs apart', () => {
    const log = new OutputLog();
    const [a, b] = [log.writer(), log.writer()];
    a.append('stdout', Buffer.from('a-out '));
    b.append('stdout', Buffer.from('b-out\n'));
    a.append('stderr', Buffer.from('a-err\n'));
    a.append('stdout', Buffer.from('end\n'));
    expect(log.tail(5)).to.deep.equal(['b-out', 'a-err', 'a-out end']);
  });

  it('keeps an unfinished last line when the exec ends', () => {
    const log = new OutputLog();
    const writer = log.writer();
    writer.append('stdout', Buffer.from('no newline'));
    writer.close();
    expect(log.tail(1)).to.deep.equal(['no newline']);
  });

  it('forgets the oldest lines beyond its limits, and cuts long ones', () => {
    const log = new OutputLog({ maxLines: 3, maxCharacters: 20, maxLineCharacters: 8 });
    const writer = log.writer();
    writer.append('stdout', Buffer.from('1\n2\n3\n4\n'));
    expect(log.tail(10)).to.deep.equal(['2', '3', '4']);
    writer.append('stdout', Buffer.from('0123456789\n0123456789\n0123456789\n'));
    expect(log.tail(10)).to.deep.equal(['01234567', '01234567']);
  });

  for (const lines of [0, -1, Number.NaN]) {
    it(`returns nothing for ${lines} lines`, () => {
      const log = new OutputLog();
      log.writer().append('stdout', Buffer.from('x\n'));
      expect(log.tail(lines)).to.deep.equal([]);
    });
  }
});
