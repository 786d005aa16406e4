import { useState } from "react";

import { Matches } from "../customers/DuplicateHint";
import { useDuplicates } from "../customers/useDuplicates";
import { useT } from "../i18n/translate";
import type { Draft } from "../records/values";
import { Field, Text } from "../ui/Field";

const ASKED = [
  ["name", "duplicates.name"],
  ["contactPhone", "duplicates.phone"],
  ["contactEmail", "duplicates.email"],
  ["uscc", "duplicates.uscc"],
] as const;

const KEYBOARDS: Record<string, "tel" | "email"> = { contactPhone: "tel", contactEmail: "email" };

/** Whether a customer is there: asked once the reader pauses, and counted like every check. */
export function CheckForm() {
  const t = useT();
  const [draft, setDraft] = useState<Draft>({});
  const { matches, spent, checked } = useDuplicates(draft);
  return (
    <>
      <form className="form setc" style={{ padding: 16 }} role="search" onSubmit={(event) => event.preventDefault()}>
        {ASKED.map(([name, label], at) => (
          <Field key={name} label={t(label)}>
            {(control) => <Text {...control} inputMode={KEYBOARDS[name] ?? "text"} enterKeyHint="search" autoFocus={at === 0} value={draft[name] as string | undefined ?? ""} onChange={(event) => setDraft({ ...draft, [name]: event.target.value })} />}
          </Field>
        ))}
      </form>
      <div role="status" style={{ marginTop: 16 }}>
        {spent && <p className="mut">{spent}</p>}
        {matches.length > 0 && (
          <div className="dupc">
            <Matches matches={matches} />
          </div>
        )}
        {checked && matches.length === 0 && <p>{t("duplicates.none")}</p>}
      </div>
    </>
  );
}
