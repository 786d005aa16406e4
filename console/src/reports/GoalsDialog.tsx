import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import { centsOf, money } from "../format/money";
import { useT } from "../i18n/translate";
import { useColleagues, useNames } from "../people/useNames";
import { useRequestId } from "../state/intent";
import { usePreferences } from "../state/preferences";
import { Person } from "../ui/Avatar";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Choice as Select, Field, Text } from "../ui/Field";
import { Failed, FormFault, SkeletonLines } from "../ui/States";
import { all, quoted } from "./links";
import { monthsOf, periodName } from "./periods";
import type { Choice } from "./useReports";
import { ownedBy } from "./whose";

function useGoals(choice: Choice) {
  const { period, currency } = choice;
  const months = monthsOf(period).map(quoted).join(", ");
  const filter = all(`period in (${months})`, `currency = ${quoted(currency)}`, ownedBy("userId", choice));
  return useQuery({
    queryKey: ["report", "goals", filter],
    queryFn: ({ signal }) => {
      const query = { filter, sort: "period", pageSize: 500 };
      return body(api.GET("/goals", { params: { header: caller(), query }, signal }));
    },
  });
}

/** The goals behind the target; setting one that is there changes it. */
export function GoalsDialog({ choice, onClose }: { choice: Choice; onClose: () => void }) {
  const t = useT();
  const names = useNames();
  const queries = useQueryClient();
  const { language } = usePreferences();
  const colleagues = useColleagues();
  const months = monthsOf(choice.period);
  const found = useGoals(choice);
  const goals = found.data?.data ?? [];
  const { requestId, finish, failed } = useRequestId();
  const [userId, setUser] = useState(choice.owner);
  const [month, setMonth] = useState(months[0] ?? "");
  const [amount, setAmount] = useState("");
  const cents = centsOf(amount);
  const called = (id: string | null) => (id === null ? t("value.nobody") : names(id));
  const header = () => ({ ...caller(), "X-Request-ID": requestId });
  const saving = useMutation({
    mutationFn: async (amountCents: number) => {
      const there = goals.find((each) => each.userId === userId && each.period === month);
      if (there) await api.PATCH("/goals/{goal_id}", { params: { header: header(), path: { goal_id: there.goalId } }, body: { amountCents } });
      else await api.POST("/goals", { params: { header: header() }, body: { userId, period: month, amountCents, currency: choice.currency } });
    },
    onSuccess: () => {
      setAmount("");
      finish();
      void queries.invalidateQueries({ queryKey: ["report"] });
    },
    onError: failed,
  });
  const ready = userId !== "" && cents !== null && found.data !== undefined;
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    if (ready && !saving.isPending) saving.mutate(cents);
  };
  return (
    <Dialog title={`${t("report.goals")} · ${periodName(choice.period, language)}`} onClose={onClose}>
      <div className="scroll" style={{ maxHeight: 280, margin: "12px 0" }}>
        {found.error && <Failed error={found.error} retry={() => void found.refetch()} />}
        {!found.data && !found.error && <SkeletonLines lines={3} />}
        {found.data && goals.length === 0 && <p className="mut">{t("report.noGoal")}</p>}
        <ul className={goals.length > 0 ? "card" : ""}>
          {goals.map((goal) => (
            <li key={goal.goalId} className="li">
              <Person id={goal.userId ?? "?"} name={called(goal.userId)} />
              <span className="sp el">{called(goal.userId)}</span>
              <span className="mut nw">{periodName(goal.period, language)}</span>
              <b className="nw">{money(goal.amountCents, goal.currency)}</b>
            </li>
          ))}
        </ul>
      </div>
      <form onSubmit={submit} noValidate>
        <div className="form">
          <Field label={t("report.person")}>
            {(control) => (
              <Select {...control} value={userId} onChange={(event) => setUser(event.target.value)}>
                <option value="">{t("hand.choose")}</option>
                {colleagues.map((each) => <option key={each.userId} value={each.userId}>{each.name}</option>)}
              </Select>
            )}
          </Field>
          <Field label={t("report.month")}>
            {(control) => (
              <Select {...control} value={month} onChange={(event) => setMonth(event.target.value)}>
                {months.map((each) => <option key={each} value={each}>{periodName(each, language)}</option>)}
              </Select>
            )}
          </Field>
          <Field label={`${t("report.amount")} (${choice.currency})`} wide fault={amount !== "" && cents === null ? t("form.amount") : undefined}>
            {(control) => <Text {...control} inputMode="decimal" value={amount} onChange={(event) => setAmount(event.target.value)} />}
          </Field>
        </div>
        <FormFault error={saving.error} />
        <div className="dlg-foot">
          <Button onClick={onClose}>{t("action.close")}</Button>
          <Button type="submit" look="primary" busy={saving.isPending} disabled={!ready}>{t("report.setGoal")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
