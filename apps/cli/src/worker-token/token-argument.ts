import type { Argv } from 'yargs';
import { CommandFailure } from '../failure.js';
import { readStandardInput } from './standard-input.js';

/** The token of a command that reads one. */
export function tokenArgument<T>(yargs: Argv<T>) {
  return yargs.positional('token', {
    type: 'string',
    describe: 'The token; without it, or with -, standard input',
  });
}

/** Whether the token comes from standard input. The parser turns `-` into empty text. */
export function isFromStandardInput(argument: string | undefined): boolean {
  return argument === undefined || argument === '' || argument === '-';
}

export async function readToken(argument: string | undefined): Promise<string> {
  if (argument !== undefined && !isFromStandardInput(argument)) return argument;
  const token = (await readStandardInput('the token')).toString('utf8');
  if (token.trim() === '') throw new CommandFailure('there is no token on standard input');
  return token;
}
