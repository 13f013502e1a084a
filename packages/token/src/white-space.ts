// The characters with the Unicode property White_Space. String.prototype.trim would also take U+FEFF, and keep U+0085.
const codePoints: readonly number[] = [
  0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0x85, 0xa0, 0x1680, 0x2000, 0x2001, 0x2002, 0x2003, 0x2004, 0x2005,
  0x2006, 0x2007, 0x2008, 0x2009, 0x200a, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000,
];

// Their UTF-8 forms, one character a byte. No form is the tail of another character's form, so trimming bytes and
// trimming the text they spell come to the same.
const forms: ReadonlySet<string> = new Set(
  codePoints.map((code) => Buffer.from(String.fromCodePoint(code), 'utf8').toString('latin1')),
);
const formLengths: readonly number[] = [1, 2, 3];

/** The bytes of UTF-8 text without the Unicode White_Space at both ends. */
export function trimWhiteSpace(bytes: Buffer): Buffer {
  const text = bytes.toString('latin1');
  let start = 0;
  let end = text.length;
  for (let length = formAfter(text, start); length > 0; length = formAfter(text, start)) start += length;
  if (start === end) return bytes.subarray(start, end);
  for (let length = formBefore(text, end); length > 0; length = formBefore(text, end)) end -= length;
  return bytes.subarray(start, end);
}

function formAfter(text: string, start: number): number {
  return formLengths.find((length) => forms.has(text.slice(start, start + length))) ?? 0;
}

function formBefore(text: string, end: number): number {
  return formLengths.find((length) => end >= length && forms.has(text.slice(end - length, end))) ?? 0;
}
