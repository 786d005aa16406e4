/** Words and numbers stay whole; everything else is taken character by character. */
const PARTS = /[\p{Script=Latin}\d]+|[\s\S]/gu;

/** A text in three: what another one begins with as well, what it does not have, what both end with. */
export function difference(text: string, other: string): [string, string, string] {
  const [one, two] = [text.match(PARTS) ?? [], other.match(PARTS) ?? []];
  let from = 0;
  while (from < one.length && one[from] === two[from]) from += 1;
  let [to, end] = [one.length, two.length];
  while (to > from && end > from && one[to - 1] === two[end - 1]) {
    to -= 1;
    end -= 1;
  }
  // A space at an edge is not what changed.
  while (from < to && one[from]?.trim() === "") from += 1;
  while (to > from && one[to - 1]?.trim() === "") to -= 1;
  return [one.slice(0, from).join(""), one.slice(from, to).join(""), one.slice(to).join("")];
}

/** Against what it was before; where something was only taken away, against what the other one made of it. */
export function changedIn(text: string, before: string, other: string): [string, string, string] {
  const changed = difference(text, before);
  return changed[1] === "" ? difference(text, other) : changed;
}
