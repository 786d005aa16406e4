import { useQuery, useQueryClient } from "@tanstack/react-query";

import { create, whoami } from "../api/resources";
import { NextStep } from "../followups/NextStep";
import { dayPlus } from "../format/dates";
import { useLabel, useT } from "../i18n/translate";
import { useColleagues } from "../people/useNames";
import { useFields } from "../records/fields";
import { toast } from "../state/toasts";
import { useDialogForm } from "../state/useDialogForm";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice, Field, Text } from "../ui/Field";
import { FormFault } from "../ui/States";

interface Draft {
  title: string;
  due: string | null;
  assignee: string | null;
}
const EMPTY: Draft = { title: "", due: null, assignee: null };

interface Props {
  customerId: string;
  name: string;
  /** Of the customer: whose task it is where the reader is nobody in particular. */
  ownerId: string | null;
  onClose: () => void;
}

/** What is to be done next for a customer, by whom and until when. */
export function TaskDialog({ customerId, name, ownerId, onClose }: Props) {
  const t = useT();
  const label = useLabel();
  const queries = useQueryClient();
  const colleagues = useColleagues();
  const { data: me } = useQuery(whoami);
  const { fields } = useFields("task");
  const dayOf = ({ due }: Draft) => due ?? dayPlus(1);
  const assigneeOf = ({ assignee }: Draft) => assignee ?? me?.user ?? ownerId ?? "";
  const { draft, set, saving, complete, submit } = useDialogForm<Draft>({
    key: `task.${customerId}`,
    start: () => EMPTY,
    isComplete: ({ title }) => title.trim() !== "",
    save: (given, requestId) => {
      const [day, whose] = [dayOf(given), assigneeOf(given)];
      return create("task", requestId, { title: given.title.trim(), customerId, ...(day && { dueOn: day }), ...(whose && { assigneeId: whose }) });
    },
    onSaved: () => {
      void queries.invalidateQueries();
      toast(t("task.saved"));
    },
    onClose,
  });
  const text = (field: string) => {
    const found = fields.find((each) => each.name === field);
    return found ? label(found.label) : "";
  };
  return (
    <Dialog title={t("form.new", { what: t("type.task") })} width={480} onClose={onClose}>
      <form className="col g12" onSubmit={submit}>
        <p className="md ink2">{name}</p>
        <Field label={text("title")}>
          {(control) => <Text {...control} autoFocus maxLength={200} value={draft.title} onChange={(event) => set({ title: event.target.value })} />}
        </Field>
        <NextStep label={text("dueOn")} value={dayOf(draft)} onChange={(next) => set({ due: next })} />
        {colleagues.length > 0 && (
          <Field label={text("assigneeId")}>
            {(control) => (
              <Choice {...control} value={assigneeOf(draft)} onChange={(event) => set({ assignee: event.target.value })}>
                <option value="" />
                {colleagues.map((each) => <option key={each.userId} value={each.userId}>{each.name}</option>)}
              </Choice>
            )}
          </Field>
        )}
        <FormFault error={saving.error} />
        <div className="dlg-foot">
          <Button onClick={onClose}>{t("action.cancel")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!complete}>{t("form.create")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
