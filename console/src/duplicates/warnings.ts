import type { Row } from "../api/resources";
import type { Warning } from "../api/schema";
import { type Key, t, type Translate } from "../i18n/translate";
import { pathOf } from "../palette/entries";
import { toast } from "../state/toasts";

const REASONS: Record<string, Key> = {
  uscc: "duplicate.uscc",
  phone: "duplicate.phone",
  email: "duplicate.email",
  nameCore: "duplicate.nameCore",
};

/** By what records are alike, in words. */
export const reasonsOf = (keys: string[], say: Translate): string =>
  keys.flatMap((key) => (REASONS[key] ? [say(REASONS[key])] : [])).join(say("duplicate.and"));

/** What the answer to a write says of records that may be the same. */
export function warnOf(row: Row, go?: (path: string) => void): void {
  for (const { matches } of (row["warnings"] ?? []) as Warning[]) {
    const why = reasonsOf([...new Set(matches.flatMap((each) => each.matchedBy))], t);
    const found = matches.find((each) => each.canOpen && each.id);
    const path = found?.id ? pathOf(found.type, found.id) : undefined;
    const actions = path && go ? [{ label: t("action.open"), run: () => go(path) }] : [];
    toast(t("duplicate.warned", { why }), { actions });
  }
}
