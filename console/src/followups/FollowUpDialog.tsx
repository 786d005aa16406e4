import { useState } from "react";

import { useT } from "../i18n/translate";
import { ReferencePicker } from "../records/ReferencePicker";
import { type About, open } from "../state/layers";
import { toast } from "../state/toasts";
import { Dialog } from "../ui/Dialog";
import { Field } from "../ui/Field";
import { usePhone } from "../ui/hooks";
import { Icon } from "../ui/Icon";
import { Sheet } from "../ui/Sheet";
import { Composer } from "./Composer";
import { LikelyCustomers } from "./LikelyCustomers";

interface Props {
  of: About | "ask";
}

/** From anywhere: for a customer that is known, or that is asked for first. */
export default function FollowUpDialog({ of }: Props) {
  const t = useT();
  const phone = usePhone();
  const [about, setAbout] = useState(of === "ask" ? null : of);
  const [typed, setTyped] = useState(false);
  const close = () => open({ follow: null });
  const leave = () => {
    close();
    if (typed && about) toast(t("form.draft"), { actions: [{ label: t("follow.goOn"), run: () => open({ follow: about }) }] });
  };
  const composer = about && <Composer key={about.customerId} {...about} onSaved={close} onTyped={setTyped} autoFocus />;
  const picker = (
    <Field label={t("follow.who")}>
      {(control) => (
        <ReferencePicker
          control={control}
          to="customer"
          value={about && { id: about.customerId, title: about.name }}
          onChange={(chosen) => setAbout(chosen && { customerId: chosen.id, name: chosen.title })}
        />
      )}
    </Field>
  );
  if (!phone) {
    return (
      <Dialog title={t("action.logFollowUp")} width={560} onClose={close}>
        <div className="col g12" style={{ marginTop: 12 }}>
          {of === "ask" ? picker : <p className="ink2">{of.name}</p>}
          {composer ?? <div style={{ minHeight: 220 }} />}
        </div>
      </Dialog>
    );
  }
  const name = about && of === "ask" ? <Chosen name={about.name} onChange={() => setAbout(null)} /> : about?.name;
  return (
    <Sheet title={t("action.logFollowUp")} about={name} status={typed && about ? t("form.draft") : ""} onClose={leave}>
      {composer ?? (
        <div className="sheet-body ask">
          {picker}
          <LikelyCustomers onChoose={setAbout} />
        </div>
      )}
    </Sheet>
  );
}

/** A slip of the finger in the list of customers is put right here. */
function Chosen({ name, onChange }: { name: string; onChange: () => void }) {
  const t = useT();
  return (
    <button type="button" className="chosen" aria-label={`${t("action.edit")}: ${name}`} onClick={onChange}>
      <span className="el">{name}</span>
      <Icon name="down" size={14} />
    </button>
  );
}
