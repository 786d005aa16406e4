import { useQueryClient } from "@tanstack/react-query";

import { asApiError } from "../api/errors";
import { type Row, update } from "../api/resources";
import { useT } from "../i18n/translate";
import { useColleagues, useNames } from "../people/useNames";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { useDialogForm } from "../state/useDialogForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field } from "../ui/Field";
import { FormFault } from "../ui/States";

interface Draft {
  to: string;
  /** Whether the open deals go along. */
  deals: boolean;
}

/** Another owner; the open deals go along where the reader says so. */
export default function TransferDialog({ row, etag, onClose }: { row: Row; etag: string | null; onClose: () => void }) {
  const t = useT();
  const names = useNames();
  const queries = useQueryClient();
  const id = row["customerId"] as string;
  const before = row["ownerId"] as string | null;
  const people = useColleagues().filter((each) => each.userId !== before);
  const refresh = () => void queries.invalidateQueries();
  const back = () =>
    void update("customer", id, newRequestId(), { ownerId: before }, null).then(refresh, (error: unknown) => toast(asApiError(error).message, { tone: "danger" }));
  const { draft, set, saving, complete, submit, close } = useDialogForm<Draft>({
    key: `transfer.${id}`,
    start: () => ({ to: "", deals: true }),
    isComplete: ({ to }) => to !== "",
    save: ({ to, deals }, requestId) => update("customer", id, requestId, { ownerId: to }, etag, deals ? { withOpportunities: true } : {}),
    onSaved: ({ to, deals }) => {
      refresh();
      // Deals that the new owner had before would go back with the others.
      toast(t("transfer.done", { name: names(to) }), deals ? {} : { actions: [{ label: t("action.undo"), run: back }] });
    },
    onClose,
  });
  return (
    <Dialog title={t("transfer.title", { name: row["name"] as string })} width={400} onClose={close}>
      <form className="col g12" style={{ marginTop: 12 }} onSubmit={submit}>
        {before && <p className="md ink2">{t("transfer.from", { name: names(before) })}</p>}
        <Field label={t("transfer.to")}>
          {(control) => (
            <Choice {...control} autoFocus value={draft.to} onChange={(event) => set({ to: event.target.value })}>
              <option value="" />
              {people.map((each) => <option key={each.userId} value={each.userId}>{each.name}</option>)}
            </Choice>
          )}
        </Field>
        <label className="row g8 pick">
          <input type="checkbox" className="cb" checked={draft.deals} onChange={(event) => set({ deals: event.target.checked })} />
          {t("transfer.deals")}
        </label>
        <FormFault error={saving.error} />
        <div className="dlg-foot">
          <Button onClick={close}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!complete}>{t("action.transfer")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
