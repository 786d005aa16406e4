import { useQueryClient } from "@tanstack/react-query";
import type { SyntheticEvent } from "react";

import { ApiError } from "../api/errors";
import { create, type Row } from "../api/resources";
import { dayPlus } from "../format/dates";
import { centsOf, money } from "../format/money";
import { useT } from "../i18n/translate";
import { useFields } from "../records/fields";
import { useIntent } from "../state/intent";
import { useLabel } from "../i18n/translate";
import { toast } from "../state/toasts";
import { useMutationOnce } from "../state/useMutationOnce";
import { Button, IconButton } from "../ui/Button";
import { Area, Field, Text } from "../ui/Field";
import { Icon } from "../ui/Icon";
import { FormFault } from "../ui/States";

interface Draft {
  amount: string;
  day: string;
  remark: string;
}

/** Money is never optimistic: the button waits for the service, and a second press registers nothing. */
export function PaymentForm({ contract, onClose }: { contract: Row; onClose: () => void }) {
  const t = useT();
  const label = useLabel();
  const queries = useQueryClient();
  const { fields } = useFields("payment");
  const id = contract["contractId"] as string;
  const currency = contract["currency"] as string;
  const rest = contract["outstandingCents"] as number;
  const { intent, change, finish, failed } = useIntent<Draft>(`payment.${id}`, { amount: "", day: dayPlus(0), remark: "" });
  const draft = intent.values;
  const cents = centsOf(draft.amount);
  const saving = useMutationOnce({
    mutationFn: () =>
      create("payment", intent.requestId, {
        contractId: id,
        amountCents: cents,
        paymentAt: draft.day,
        ...(draft.remark.trim() && { remark: draft.remark.trim() }),
      }),
    onSuccess: ({ replayed }) => {
      toast(replayed ? t("contract.again") : t("contract.registered", { sum: money(cents ?? 0, currency) }));
      finish();
      void queries.invalidateQueries();
      onClose();
    },
    onError: failed,
  });
  const refused = saving.error instanceof ApiError ? saving.error : null;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (cents !== null && cents > 0) saving.mutate();
  };
  const named = (name: string) => {
    const found = fields.find((each) => each.name === name);
    return found ? label(found.label) : name;
  };
  const wrong = draft.amount !== "" && cents === null ? t("form.amount") : undefined;
  const plain = (sum: number) => String(sum / 100);
  const left = cents === null || cents === 0 ? null : rest - cents;
  const suggestion = (sum: number, text: "contract.whole" | "contract.half") => (
    <button type="button" className={`chip q${cents === sum ? " on" : ""}`} onClick={() => change({ ...draft, amount: plain(sum) })}>
      {t(text, { sum: money(sum, currency) })}
    </button>
  );
  return (
    <form className="col" style={{ flex: 1, minHeight: 0 }} onSubmit={submit} noValidate>
      <header className="ph">
        <h2 className="sp" style={{ fontSize: 14, paddingLeft: 8 }}>
          {t("contract.register")}
        </h2>
        <IconButton icon="x" label={t("action.close")} onClick={onClose} />
      </header>
      <div className="pb col g12">
        <Field label={named("amountCents")} fault={wrong ?? refused?.faultOf("amountCents")}>
          {(control) => (
            <div className="sum44">
              <Text {...control} autoFocus inputMode="decimal" value={draft.amount} onChange={(event) => change({ ...draft, amount: event.target.value })} />
              <span>{t("contract.outstanding")} {money(Math.max(0, rest), currency)}</span>
            </div>
          )}
        </Field>
        {rest > 0 && (
          <div className="row g6 wrap">
            {suggestion(rest, "contract.whole")}
            {suggestion(Math.round(rest / 2), "contract.half")}
          </div>
        )}
        <Field label={named("paymentAt")} fault={refused?.faultOf("paymentAt")}>
          {(control) => <Text {...control} type="date" value={draft.day} onChange={(event) => change({ ...draft, day: event.target.value })} />}
        </Field>
        <Field label={named("remark")} hint={t("signin.optional")} fault={refused?.faultOf("remark")}>
          {(control) => <Area {...control} value={draft.remark} onChange={(event) => change({ ...draft, remark: event.target.value })} />}
        </Field>
        {left !== null && (
          <p className={`note ${left < 0 ? "w" : "i"}`} role="status">
            <Icon name={left < 0 ? "alert" : "info"} />
            {left < 0 ? t("contract.over", { sum: money(-left, currency) }) : left === 0 ? t("contract.settled") : t("contract.rest", { sum: money(left, currency) })}
          </p>
        )}
        <FormFault error={saving.error} known={["amountCents", "paymentAt", "remark"]} />
      </div>
      <footer className="pf">
        <span className="sm mut sp">{t("contract.fixed")}</span>
        <Button onClick={onClose}>{t("action.cancel")}</Button>
        <Button type="submit" look="primary" busy={saving.isPending} disabled={cents === null || cents === 0}>
          {t("contract.registerSum", { sum: money(cents ?? 0, currency) })}
        </Button>
      </footer>
    </form>
  );
}
