/** The first character of each letter, as Chinese is sorted by pinyin; no syllable begins with i, u or v. */
const FIRSTS = "阿八嚓哒妸发旮哈讥咔垃痳拏噢妑七呥扨它穵夕丫帀";
const LETTERS = "abcdefghjklmnopqrstwxyz";
const pinyin = new Intl.Collator("zh-u-co-pinyin");
const CHINESE = /[\u4e00-\u9fff]/;

function initial(character: string): string {
  if (!CHINESE.test(character)) return character.toLowerCase();
  const at = Array.from(FIRSTS).filter((each) => pinyin.compare(each, character) <= 0).length - 1;
  return LETTERS.charAt(Math.max(0, at));
}

/** gj of 跟进. */
export const initialsOf = (text: string): string => Array.from(text, initial).join("");

/** Where `typed` is in a text, as it is written or by the initials; null where it is not. */
export function hitIn(text: string, typed: string): [number, number] | null {
  const wanted = typed.trim().toLowerCase();
  if (wanted === "") return [0, 0];
  const found = [text.toLowerCase(), initialsOf(text)].map((each) => each.indexOf(wanted)).filter((each) => each >= 0);
  return found[0] === undefined ? null : [found[0], found[0] + wanted.length];
}
