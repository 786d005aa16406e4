const SIGNS: Record<string, string> = { CNY: "¥", USD: "$", EUR: "€", GBP: "£", JPY: "¥" };
const TEN_MILLION = 1_000_000_000; // in cents
const HUNDRED_THOUSAND = 10_000_000;

function grouped(value: number, decimals: number): string {
  return value.toLocaleString("en-US", { minimumFractionDigits: decimals, maximumFractionDigits: decimals });
}

const signOf = (currency: string) => SIGNS[currency] ?? `${currency} `;

/** ¥ 1,280,000, with cents only where there are any. */
export function money(cents: number, currency: string): string {
  const minus = cents < 0 ? "-" : "";
  const size = Math.abs(cents);
  return `${minus}${signOf(currency)} ${grouped(size / 100, size % 100 === 0 ? 0 : 2)}`.replace(/ +/g, " ");
}

/** For heads and sums: 1,280 万 in Chinese, 12.8 M in English, from where figures become long. */
export function shortMoney(cents: number, currency: string, language: "zh" | "en"): string {
  const sign = signOf(currency).trim();
  if (language === "zh" && Math.abs(cents) >= HUNDRED_THOUSAND) {
    return `${sign} ${grouped(Math.round(cents / 1_000_000), 0)} 万`;
  }
  if (language === "en" && Math.abs(cents) >= TEN_MILLION) {
    return `${sign} ${grouped(cents / 100_000_000, 1)} M`;
  }
  return money(cents, currency);
}

/** Cents of what a person typed, or null. */
export function centsOf(text: string): number | null {
  const plain = text.replace(/[\s,，¥￥$€]/g, "");
  if (!/^\d{1,13}(\.\d{1,2})?$/.test(plain)) return null;
  const [whole, part = ""] = plain.split(".");
  return Number(whole) * 100 + Number(part.padEnd(2, "0"));
}
