import { useState } from "react";

import { Suspected } from "../duplicates/Suspected";
import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import type { Saving } from "./save";

/** A change that would make two records alike: what is there already, and the way to write it all the same. */
export function SuspectedDialog({ saving }: { saving: Saving }) {
  const t = useT();
  const [reason, setReason] = useState("");
  const { suspicion } = saving;
  if (suspicion === null) return null;
  return (
    <Dialog title={t("form.similar")} width={480} onClose={saving.giveUp}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!reason.trim()) return;
          setReason("");
          void saving.saveAnyway(reason.trim());
        }}
      >
        <Suspected error={suspicion.error} reason={reason} onReason={setReason} />
        <div className="dlg-foot">
          <Button onClick={saving.giveUp}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" disabled={!reason.trim()}>
            {t("form.saveAnyway")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
