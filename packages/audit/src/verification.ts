/**
 * `malformed`: no line of an export. `changed`: a record is not what was hashed. `broken_link`: a record does not follow the one
 * before it. `removed`: records are missing. `reordered`: a line stands in the wrong place. `added`: a line too many.
 * `truncated`: the end is missing. `forged`: the chain is not the one that a statement was made of. `bad_signature`,
 * `unknown_key`, `unsigned`: the statement proves nothing.
 */
export type ChainProblemCode =
  | 'malformed'
  | 'changed'
  | 'broken_link'
  | 'removed'
  | 'reordered'
  | 'added'
  | 'truncated'
  | 'forged'
  | 'bad_signature'
  | 'unknown_key'
  | 'unsigned';

export interface ChainProblem {
  readonly code: ChainProblemCode;
  /** Whose chain; undefined when the line does not tell. */
  readonly tenant?: string;
  /** Place in the chain. */
  readonly sequence?: number;
  /** Of the export, from 1 on; 0 is its end. */
  readonly line: number;
  readonly message: string;
}

/** What is known of one chain. */
export interface VerifiedChain {
  readonly tenant: string;
  /** Records that were read. */
  readonly events: number;
  /** What was pruned before the first of them; 0 is nothing. */
  readonly prunedTo: number;
  /** The last record that its head tells of; undefined without a head. */
  readonly head?: { readonly sequence: number; readonly hash: string; readonly at: string };
  /** Statements whose signature was checked and holds. */
  readonly signatures: number;
  /** Of what a sink got: records that were there already. */
  readonly repeated?: number;
}

export interface Verification {
  /** Nothing was found. Without keys that says nothing about somebody who made the whole chain anew. */
  readonly intact: boolean;
  readonly chains: readonly VerifiedChain[];
  /** At most 100; the first ones. */
  readonly problems: readonly ChainProblem[];
  /** All of them. */
  readonly problemCount: number;
  /** Whether there were keys to check signatures with. */
  readonly signaturesChecked: boolean;
  /** Of what a sink got: lines that were not written to their end. */
  readonly tornLines?: number;
}

export const MAX_SHOWN_PROBLEMS = 100;
