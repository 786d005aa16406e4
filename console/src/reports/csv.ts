/** A table as people see it, to be opened in a spreadsheet. */
export interface Sheet {
  name: string;
  head: string[];
  rows: (string | number | null)[][];
}

/** What people typed must not run as a formula. */
const RISKY = /^[=+\-@\t\r]/;

function cell(value: string | number | null): string {
  if (value === null) return "";
  if (typeof value === "number") return String(value);
  const text = RISKY.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** With a mark of the encoding: without it, spreadsheets show Chinese as signs. */
export const csvOf = ({ head, rows }: Sheet): string => `\ufeff${[head, ...rows].map((row) => row.map(cell).join(",")).join("\r\n")}\r\n`;

export function downloadCsv(sheet: Sheet): string {
  const url = URL.createObjectURL(new Blob([csvOf(sheet)], { type: "text/csv;charset=utf-8" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = `${sheet.name}.csv`;
  link.click();
  URL.revokeObjectURL(url);
  return link.download;
}
