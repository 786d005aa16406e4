/** How far the clock of the service is ahead of this machine's. */
let ahead = 0;

export function setClock(date: string | null): void {
  const time = date === null ? NaN : Date.parse(date);
  if (!Number.isNaN(time)) ahead = time - Date.now();
}

/** The time now, as the service sees it: telephones are often minutes wrong. */
export const serviceTime = (): string => new Date(Date.now() + ahead).toISOString();
