import type { Condition, Filter, Term } from "./filter";

const TOKEN = /\s*(?:"((?:[^"\\]|\\.)*)"|(!=|<=|>=|\^=|[=<>~(),])|([^\s"(),=<>~!^]+))/uy;
/** Words for a time; the others are so many days, hours and so on from now. */
export const PERIODS = ["now", "today", "yesterday", "tomorrow", ...["Week", "Month", "Quarter", "Year"].flatMap((each) => [`this${each}`, `last${each}`, `next${each}`])];
const WORDS = new Set(["me", "myTeam", "nobody", ...PERIODS]);
const isWord = (text: string): boolean => WORDS.has(text) || /^[+-]\d+[a-z]$/u.test(text);
const COMPARING = ["=", "!=", "<", "<=", ">", ">=", "~", "^="];
const MOST_GROUPS = 3;
const LISTS = ["not in", "in", "has any", "has none"];

class Unreadable extends Error {}

interface Token {
  text: string;
  quoted: boolean;
}

function tokens(text: string): Token[] {
  const found: Token[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text);
    if (match === null) throw new Unreadable();
    const [, quoted, mark, bare] = match;
    found.push(quoted === undefined ? { text: mark ?? bare ?? "", quoted: false } : { text: quoted.replace(/\\(.)/gsu, "$1"), quoted: true });
  }
  return found;
}

/** Without brackets in brackets: "a or (b and c)" is "(a or b) and (a or c)". */
function distributed(alternatives: Term[]): Term[] {
  const all = alternatives.map((each) => ("conditions" in each ? each.conditions : [each]));
  const chosen = all.reduce<Condition[][]>((before, each) => before.flatMap((some) => each.map((one) => [...some, one])), [[]]);
  if (chosen.length > MOST_GROUPS) throw new Unreadable();
  return chosen.map((conditions) => ({ conditions }));
}

/** "not", more brackets in brackets, and what JSON would take for another value are unreadable. */
class Parser {
  private at = 0;

  constructor(private readonly all: Token[]) {}

  filter(): Filter {
    const found = this.joined(2);
    if (this.at < this.all.length) throw new Unreadable();
    return found;
  }

  /** "and" binds closer than "or". */
  private joined(brackets: number): Filter {
    const groups: Term[][] = [];
    do groups.push(this.conjunction(brackets));
    while (this.takes("or"));
    const [only] = groups;
    if (groups.length === 1 && only) return { any: false, conditions: only };
    return { any: true, conditions: groups.map((each) => this.groupOf(each)) };
  }

  private conjunction(brackets: number): Term[] {
    const found: Term[] = [];
    do found.push(...(brackets > 0 && this.takes("(") ? this.bracketed(brackets - 1) : [this.condition()]));
    while (this.takes("and"));
    return found;
  }

  private bracketed(brackets: number): Term[] {
    const inner = this.joined(brackets);
    if (!this.takes(")")) throw new Unreadable();
    return inner.any ? distributed(inner.conditions) : inner.conditions;
  }

  private groupOf(terms: Term[]): Term {
    const conditions = terms.filter((each): each is Condition => !("conditions" in each));
    if (conditions.length < terms.length) throw new Unreadable();
    return (conditions.length === 1 ? conditions[0] : { conditions }) as Term;
  }

  private condition(): Condition {
    const field = this.next();
    if (field.quoted || !/^[A-Za-z][\w.]*$/u.test(field.text) || field.text === "not") throw new Unreadable();
    const op = [...COMPARING, ...LISTS, "between", "is empty", "is set"].find((each) => this.takes(...each.split(" ")));
    if (op === undefined) throw new Unreadable();
    if (op.startsWith("is ")) return { field: field.text, op };
    if (op === "between") return { field: field.text, op, value: this.range() };
    return { field: field.text, op, value: LISTS.includes(op) ? this.values() : this.value() };
  }

  private range(): unknown[] {
    const first = this.value();
    if (!this.takes("and")) throw new Unreadable();
    return [first, this.value()];
  }

  private values(): unknown[] {
    if (!this.takes("(")) throw new Unreadable();
    const found: unknown[] = [];
    do found.push(this.value());
    while (this.takes(","));
    if (!this.takes(")")) throw new Unreadable();
    return found;
  }

  private value(): unknown {
    const { text, quoted } = this.next();
    // In JSON both are text.
    if (quoted && isWord(text)) throw new Unreadable();
    if (quoted) return text;
    if (text === "true" || text === "false") return text === "true";
    if (/^-?\d+(\.\d+)?$/u.test(text) && Math.abs(Number(text)) < Number.MAX_SAFE_INTEGER) return Number(text);
    if (isWord(text) || /^\d{4}-\d\d-\d\d/u.test(text)) return text;
    throw new Unreadable();
  }

  private next(): Token {
    const found = this.all[this.at++];
    if (found === undefined) throw new Unreadable();
    return found;
  }

  private takes(...words: string[]): boolean {
    const here = words.every((word, place) => {
      const token = this.all[this.at + place];
      return token !== undefined && !token.quoted && token.text.toLowerCase() === word;
    });
    if (here) this.at += words.length;
    return here;
  }
}

/** A filter in the list language, as the console shows it; null for one that it cannot show in parts. */
export function parse(text: string): Filter | null {
  try {
    return new Parser(tokens(text)).filter();
  } catch (error) {
    if (error instanceof Unreadable) return null;
    throw error;
  }
}
