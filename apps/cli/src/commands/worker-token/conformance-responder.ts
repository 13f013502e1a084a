import { pipeline } from 'node:stream/promises';
import { defineCommand } from '../../command.js';
import { CommandFailure } from '../../failure.js';
import { linesOf } from '../../worker-token/conformance/lines.js';
import { answerTo, type ConformanceRequest } from '../../worker-token/conformance/responder.js';
import { asciiJson } from '../../worker-token/printable.js';

export const conformanceResponderCommand = defineCommand({
  command: 'conformance-responder',
  describe:
    'Answer conformance requests on standard input with our own library, as an example of the protocol',
  builder: (yargs) => yargs,
  handler: async () => {
    await pipeline(process.stdin, linesOf, answers, process.stdout, { end: false });
  },
});

async function* answers(lines: AsyncIterable<string>): AsyncGenerator<string> {
  let number = 0;
  for await (const line of lines) {
    number += 1;
    yield `${asciiJson(answer(line, number))}\n`;
  }
}

function answer(line: string, number: number): unknown {
  try {
    return answerTo(JSON.parse(line) as ConformanceRequest);
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error;
    // The messages of both can quote the line, which may hold keys.
    throw new CommandFailure(`line ${number} is not a conformance request`, 1, { cause: error });
  }
}
