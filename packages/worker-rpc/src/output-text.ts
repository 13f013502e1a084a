/** 32 Ki UTF-16 units are at most 192 KiB as a JSON string: a line of the stream stays below 256 KiB. */
const PIECE_UNITS = 32_768;

/** Turns the bytes of one output stream into text. */
export interface OutputTextDecoder {
  /** The text that is complete by now, in pieces that fit into one line each. */
  decode(chunk: Uint8Array): readonly string[];
  /** What was held back. An incomplete sequence becomes U+FFFD. */
  end(): readonly string[];
}

/** Incomplete UTF-8 sequences are held back until their rest arrives; invalid bytes become U+FFFD. */
export function createOutputTextDecoder(): OutputTextDecoder {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  return {
    decode: (chunk) => piecesOf(decoder.decode(chunk, { stream: true })),
    end: () => piecesOf(decoder.decode()),
  };
}

function piecesOf(text: string): readonly string[] {
  const pieces: string[] = [];
  let start = 0;
  while (start < text.length) {
    let end = Math.min(start + PIECE_UNITS, text.length);
    if (end < text.length && isHighSurrogate(text.charCodeAt(end - 1))) end -= 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
