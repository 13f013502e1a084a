export interface RpcLimits {
  /** The largest request but for a transfer, by default 16 MiB. */
  readonly bodyBytes?: number | undefined;
  /** How long a request but for a transfer may take to arrive, by default a minute. */
  readonly bodyMs?: number | undefined;
  /** The most output of one stream, or content of a file, that an answer in one piece carries, by default 16 MiB. */
  readonly outputBytes?: number | undefined;
  /**
   * What answers in one piece may take together, by default 256 MiB, and a quarter of it those of one sandbox. Output has 256 KiB a stream
   * beside it, any other answer 256 KiB. Output that finds no room is dropped as beyond `outputBytes`; calls that only read are refused.
   */
  readonly answerBytes?: number | undefined;
  /** How long nothing may move in a stream or a transfer, by default five minutes. */
  readonly streamStallMs?: number | undefined;
}

const MIB = 1024 * 1024;

export function withDefaults({
  bodyBytes = 16 * MIB,
  bodyMs = 60_000,
  outputBytes = 16 * MIB,
  answerBytes = 256 * MIB,
  streamStallMs = 300_000,
}: RpcLimits = {}) {
  return { bodyBytes, bodyMs, outputBytes, answerBytes, streamStallMs };
}
