import { useState } from "react";

import { useT } from "../i18n/translate";
import { ReferencePicker } from "../records/ReferencePicker";
import { open } from "../state/layers";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { Composer } from "./Composer";

interface Props {
  of: { customerId: string; name: string } | "ask";
}

/** From anywhere: for a customer that is known, or that is asked for first. */
export default function FollowUpDialog({ of }: Props) {
  const t = useT();
  const [chosen, setChosen] = useState(of === "ask" ? null : { id: of.customerId, title: of.name });
  const close = () => open({ follow: null });
  return (
    <Dialog title={t("action.logFollowUp")} width={560} onClose={close}>
      <div className="col g12" style={{ marginTop: 12 }}>
        {of === "ask" ? (
          <Field label={t("follow.who")}>
            {(control) => <ReferencePicker control={control} to="customer" value={chosen} onChange={setChosen} />}
          </Field>
        ) : (
          <p className="ink2">{of.name}</p>
        )}
        {chosen && <Composer key={chosen.id} customerId={chosen.id} name={chosen.title} onSaved={close} autoFocus />}
        {of === "ask" && !chosen && <div style={{ minHeight: 220 }} />}
      </div>
    </Dialog>
  );
}
