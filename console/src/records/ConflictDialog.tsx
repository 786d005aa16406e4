import { useState } from "react";

import type { Field, Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import type { Saving } from "./save";
import { SuspectedDialog } from "./SuspectedDialog";
import { Value } from "./Value";

/** Both values side by side; mine stands unless the reader chooses. */
export function ConflictDialog({ saving, fields }: { saving: Saving; fields: Field[] }) {
  const t = useT();
  const label = useLabel();
  const [theirs, setTheirs] = useState<Set<string>>(new Set());
  const conflict = saving.conflict;
  if (conflict === null) return <SuspectedDialog saving={saving} />;
  const shown = fields.filter((each) => conflict.fields.includes(each.name));
  const mine: Row = { ...conflict.current.row, ...conflict.changes };
  const choose = (name: string, ofTheirs: boolean) => {
    const next = new Set(theirs);
    if (ofTheirs) next.add(name);
    else next.delete(name);
    setTheirs(next);
  };
  const chosen = () => Object.fromEntries(Object.entries(conflict.changes).filter(([name]) => !theirs.has(name)));
  return (
    <Dialog title={t("conflict.title")} width={680} onClose={saving.dismiss}>
      <p className="ink2">{t("conflict.hint")}</p>
      <div className="cf md">
        <span />
        <b>{t("conflict.mine")}</b>
        <b>{t("conflict.theirs")}</b>
      </div>
      {shown.map((field) => (
        <div key={field.name} className="cf" role="radiogroup" aria-label={label(field.label)}>
          <span className="md ink2">{label(field.label)}</span>
          <label className="cop">
            <input type="radio" name={field.name} checked={!theirs.has(field.name)} onChange={() => choose(field.name, false)} />
            <Value field={field} row={mine} />
          </label>
          <label className="cop">
            <input type="radio" name={field.name} checked={theirs.has(field.name)} onChange={() => choose(field.name, true)} />
            <Value field={field} row={conflict.current.row} />
          </label>
        </div>
      ))}
      <div className="dlg-foot">
        <Button onClick={saving.dismiss}>{t("conflict.back")}</Button>
        <Button look="primary" onClick={() => void saving.resolve(chosen())}>
          {t("conflict.save")}
        </Button>
      </div>
    </Dialog>
  );
}
