import { useState } from "react";

import { dayPlus } from "../format/dates";
import { useT } from "../i18n/translate";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Field, Text } from "../ui/Field";
import type { Asked } from "./useTick";

/** A day of one's own choice. */
export function DayDialog({ asked, onClose }: { asked: Asked; onClose: () => void }) {
  const t = useT();
  const [day, setDay] = useState(dayPlus(1));
  return (
    <Dialog title={asked.title} width={320} onClose={onClose}>
      <form
        style={{ marginTop: 12 }}
        onSubmit={(event) => {
          event.preventDefault();
          if (day === "") return;
          onClose();
          asked.run(day);
        }}
      >
        <Field label={t("follow.pick")}>{(control) => <Text {...control} type="date" autoFocus min={dayPlus(0)} value={day} onChange={(event) => setDay(event.target.value)} />}</Field>
        <div className="dlg-foot">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" disabled={day === ""}>
            {t("action.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
