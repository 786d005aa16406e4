interface Part {
  text: string;
  same: boolean;
}

/** Fewer characters in a row say little: two in Chinese, three in other scripts. */
const CHINESE = /[\u4e00-\u9fff]{2}|.{3}/u;

const plain = (text: string) => text.normalize("NFKC").toLowerCase();

/** A name in parts, and which of them are also in what was typed. */
export function alike(name: string, typed: string): Part[] {
  const characters = Array.from(name);
  const wanted = plain(typed);
  const parts: Part[] = [];
  const push = (text: string, same: boolean) => {
    const last = parts.at(-1);
    if (last && last.same === same) last.text += text;
    else parts.push({ text, same });
  };
  for (let at = 0; at < characters.length; ) {
    let end = characters.length;
    while (end > at && !wanted.includes(plain(characters.slice(at, end).join("")))) end -= 1;
    const run = characters.slice(at, end).join("");
    const same = CHINESE.test(run);
    push(same ? run : (characters[at] as string), same);
    at = same ? end : at + 1;
  }
  return parts;
}
