import { useState } from "react";

import type { Field, Row } from "../api/resources";
import { useLabel, useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Area, Field as Labelled } from "../ui/Field";

interface Props {
  title: string;
  fields: Field[];
  onLose: (why: Row) => void;
  onClose: () => void;
}

/** Why a deal was lost, before it is; leaving puts the card back. */
export function LostDialog({ title, fields, onLose, onClose }: Props) {
  const t = useT();
  const label = useLabel();
  const [reason, setReason] = useState<string | null>(null);
  const [note, setNote] = useState("");
  const why = fields.find((each) => each.name === "lostReason");
  const more = fields.find((each) => each.name === "lostNote");
  const lose = () => onLose({ ...(reason && { lostReason: reason }), ...(note.trim() && { lostNote: note.trim() }) });
  return (
    <Dialog title={`${t("deal.lose")}: ${title}`} width={440} onClose={onClose}>
      <div className="col g12" style={{ marginTop: 12 }}>
        {why && (
          <div className="row g6 wrap" role="group" aria-label={label(why.label)}>
            {why.options.map((each) => (
              <button
                key={String(each.value)}
                type="button"
                className={`chip q${reason === each.value ? " on" : ""}`}
                aria-pressed={reason === each.value}
                onClick={() => setReason(String(each.value))}
              >
                {label(each.label)}
              </button>
            ))}
          </div>
        )}
        {more && (
          <Labelled label={label(more.label)} hint={t("signin.optional")}>
            {(control) => <Area {...control} value={note} onChange={(event) => setNote(event.target.value)} />}
          </Labelled>
        )}
      </div>
      <div className="dlg-foot">
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button look="primary" disabled={reason === null} onClick={lose}>
          {t("deal.lose")}
        </Button>
      </div>
    </Dialog>
  );
}
