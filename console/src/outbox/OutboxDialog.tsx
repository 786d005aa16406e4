import { useQuery } from "@tanstack/react-query";

import { fieldsOf } from "../api/resources";
import { clock, shortDay } from "../format/dates";
import { type Key, useLabel, useT } from "../i18n/translate";
import { Value } from "../records/Value";
import { noteOf } from "../followups/useSaveNote";
import { keepDraft } from "../state/intent";
import { open } from "../state/layers";
import { usePreferences } from "../state/preferences";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Dialog } from "../ui/Dialog";
import { Icon } from "../ui/Icon";
import { drop, put, useWaiting, type Waiting } from "./outbox";
import { useSendWaiting } from "./useOutbox";

/** What waits for the connection, and what the service has refused: to look at, to send again, to discard. */
export default function OutboxDialog() {
  const t = useT();
  const all = useWaiting();
  const send = useSendWaiting();
  return (
    <Dialog title={t("outbox.title")} width={560} onClose={() => open({ outbox: false })}>
      <p className="ink2" style={{ margin: "4px 0 12px" }}>{t(all.length === 0 ? "outbox.empty" : "outbox.hint")}</p>
      <ul className="col g12">
        {all.map((entry) => (
          <Entry key={entry.requestId} entry={entry} onSend={send} />
        ))}
      </ul>
      {all.some((each) => each.problem === null) && (
        <div className="dlg-foot">
          <Button look="primary" onClick={send}>{t("outbox.now")}</Button>
        </div>
      )}
    </Dialog>
  );
}

function useActs(entry: Waiting, onSend: () => void) {
  const t = useT();
  return {
    discard: () => {
      drop(entry.requestId);
      toast(t("outbox.discarded", { name: entry.title }), { actions: [{ label: t("action.undo"), run: () => put(entry) }] });
    },
    /** Refused, so nothing is stored under its id. */
    edit: () => {
      const customerId = entry.customerId ?? "";
      keepDraft(`follow-up.${customerId}`, { requestId: entry.requestId, values: noteOf(entry.content) });
      drop(entry.requestId);
      open({ outbox: false, follow: { customerId, name: entry.title } });
    },
    again: (seen = entry.seen) => {
      put({ ...entry, problem: null, attemptedAt: null, ...(seen && { seen }) });
      onSend();
    },
  };
}

function Entry({ entry, onSend }: { entry: Waiting; onSend: () => void }) {
  const t = useT();
  const { language } = usePreferences();
  const { problem, content } = entry;
  const isNew = entry.id === undefined;
  const at = new Date(entry.at).toISOString();
  return (
    <li className="card" style={{ padding: 12 }} aria-label={entry.title}>
      <div className="row g8">
        <Icon name={entry.resource === "follow_up" ? "pen" : "today"} />
        <b className="el sp">{entry.title}</b>
        <time className="sm mut nw">{`${shortDay(at, language)} ${clock(at)}`}</time>
      </div>
      <p className="sm mut">{t(isNew ? "outbox.new" : "outbox.change", { what: t(`type.${entry.resource}` as Key) })}</p>
      {typeof content["content"] === "string" && <p className="pre" style={{ marginTop: 4 }}>{content["content"]}</p>}
      {!isNew && !problem?.theirs && <Values entry={entry} row={content} />}
      {problem && <p className="note d" style={{ marginTop: 8 }}><Icon name="alert" />{problem.message}</p>}
      {problem?.theirs && (
        <div className="two-values" style={{ marginTop: 8 }}>
          <div><b className="sm">{t("conflict.mine")}</b><Values entry={entry} row={content} /></div>
          <div><b className="sm">{t("conflict.theirs")}</b><Values entry={entry} row={problem.theirs} /></div>
        </div>
      )}
      <div className="row g8 wrap" style={{ marginTop: 8 }}>
        <Acts entry={entry} onSend={onSend} />
      </div>
    </li>
  );
}

function Acts({ entry, onSend }: { entry: Waiting; onSend: () => void }) {
  const t = useT();
  const { discard, edit, again } = useActs(entry, onSend);
  const { problem } = entry;
  if (problem?.theirs) {
    return (
      <>
        <Button small onClick={() => again(problem.theirs)}>{t("conflict.useMine")}</Button>
        <Button small onClick={discard}>{t("conflict.useTheirs")}</Button>
      </>
    );
  }
  return (
    <>
      {problem && <Button small onClick={() => again()}>{t("action.retry")}</Button>}
      {problem && entry.resource === "follow_up" && entry.customerId && <Button small onClick={edit}>{t("action.edit")}</Button>}
      <Button small look="ghost" onClick={discard}>{t("outbox.discard")}</Button>
    </>
  );
}

/** The members that change, with the values of a record. */
function Values({ entry, row }: { entry: Waiting; row: Waiting["content"] }) {
  const label = useLabel();
  const { data } = useQuery(fieldsOf(entry.resource));
  const fields = data?.fields.filter((each) => each.name in entry.content) ?? [];
  return (
    <dl className="md">
      {fields.map((field) => (
        <div key={field.name} className="row g8">
          <dt className="ink2">{label(field.label)}</dt>
          <dd className="el"><Value field={field} row={row} /></dd>
        </div>
      ))}
    </dl>
  );
}
