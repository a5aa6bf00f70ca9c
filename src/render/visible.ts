/**
 * Characters of foreign text that drive a terminal or hide what is there: C0 and C1 controls, bidirectional controls,
 * zero-width and other invisible format characters, and lone surrogates.
 */
const hidden = /[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029\u115F\u1160\u3164\uFFA0]/gu;

/** Invisible, and part of how a script or an emoji is written: kept between other characters. */
const joiners = ['\u200C', '\u200D'];

/** Record text made safe to print on a terminal: every hidden character is shown as `\x1B` or `\u{202E}`. */
export function visible(text: string): string {
  return text.replaceAll(hidden, (character, offset: number) => {
    const inside = offset > 0 && offset + 1 < text.length;
    return joiners.includes(character) && inside && isJoined(text, offset) ? character : escaped(character);
  });
}

/** The same for text that may run over several lines: line ends and tabs stay what they are for. */
export function visibleLines(text: string): string[] {
  return text.split(/\r\n|\n|\r/).map((line) => visible(line.replaceAll('\t', '  ')));
}

/** Scripts that are written with joiners, with the marks they share, and what an emoji before a joiner ends with. */
const joined =
  /[\p{scx=Arab}\p{scx=Beng}\p{scx=Deva}\p{scx=Gujr}\p{scx=Guru}\p{scx=Knda}\p{scx=Mlym}\p{scx=Orya}\p{scx=Sinh}\p{scx=Taml}\p{scx=Telu}\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]$/u;

/** Joiners are at home in Indic and Arabic scripts and in emoji, and a disguise in Latin text. */
function isJoined(text: string, offset: number): boolean {
  return joined.test(text.slice(Math.max(0, offset - 2), offset));
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const digits = code.toString(16).toUpperCase();
  return code < 0x100 ? `\\x${digits.padStart(2, '0')}` : `\\u{${digits}}`;
}
