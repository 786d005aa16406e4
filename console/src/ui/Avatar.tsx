const PAIRS = 6;

/** Fixed for each person, whatever the list. */
function pairOf(id: string): number {
  let sum = 0;
  for (const character of id) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return (sum % PAIRS) + 1;
}

const CITY = /^(?:北京|上海|天津|重庆|深圳|广州|杭州|苏州|南京|成都|武汉|西安|宁波|青岛|厦门|长沙|佛山|合肥|无锡|昆明|济南)市?/;

/** The first character of a company's name after its city. */
function companyLetter(name: string): string {
  const rest = name.replace(CITY, "") || name;
  return Array.from(rest)[0]?.toUpperCase() ?? "?";
}

/** The last character of a Chinese name, the first letter of another. */
function personLetter(name: string): string {
  const characters = Array.from(name);
  const chinese = /[\u4e00-\u9fff]$/.test(name);
  return (chinese ? characters.at(-1) : characters[0]?.toUpperCase()) ?? "?";
}

export function Person({ id, name = id, size = "" }: { id: string; name?: string; size?: "" | "m" | "b" }) {
  return (
    <span className={`av a${pairOf(id)} ${size}`} aria-hidden="true">
      {personLetter(name)}
    </span>
  );
}

export function Company({ name, size = "" }: { name: string; size?: "" | "b" | "x" }) {
  return (
    <span className={`av co ${size}`} aria-hidden="true">
      {companyLetter(name)}
    </span>
  );
}
