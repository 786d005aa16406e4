export const KINDS = ["customer", "contact", "opportunity", "follow_up", "task"] as const;
export type Kind = (typeof KINDS)[number];
export const isKind = (text: string): text is Kind => (KINDS as readonly string[]).includes(text);
