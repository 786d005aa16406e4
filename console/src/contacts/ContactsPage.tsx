import { useSearchParams } from "wouter";

import type { Row } from "../api/resources";
import { useT } from "../i18n/translate";
import { useParent } from "../records/useParent";
import { ListScreen } from "../records/ListScreen";
import { RecordForm } from "../records/RecordForm";
import { RecordPanel } from "../records/RecordPanel";
import { RevealButton } from "../reveal/RevealButton";
import { Person } from "../ui/Avatar";

const COLUMNS = ["customerId", "title", "phone", "wechat", "role", "isPrimary"];

export default function ContactsPage() {
  const t = useT();
  return (
    <ListScreen
      resource="contact"
      title="nav.contacts"
      columns={COLUMNS}
      path="/contacts"
      hasPage={false}
      quick={[{ label: t("record.primary"), condition: { field: "isPrimary", op: "=", value: true } }]}
      card={(row) => <Card row={row} />}
      panel={(place) => <RecordPanel resource="contact" place={place} hasPage={false} head={(row) => <Head row={row} />} />}
      form={(close, created) => <Form onClose={close} onCreated={created} />}
    />
  );
}

const customerOf = (row: Row) => (row["customer"] as Row | null | undefined)?.["name"] as string | undefined;

function Card({ row }: { row: Row }) {
  const name = row["name"] as string;
  return (
    <>
      <Person id={name} size="b" />
      <span className="col sp">
        <span className="t el">{name}</span>
        <span className="md ink2 el">{[customerOf(row), row["title"]].filter(Boolean).join(" · ")}</span>
        <span className="md mut el">{(row["phone"] as string | null) ?? "—"}</span>
      </span>
    </>
  );
}

function Head({ row }: { row: Row }) {
  const id = row["contactId"] as string;
  const name = row["name"] as string;
  return (
    <>
      <div className="row g12">
        <Person id={name} size="b" />
        <span className="col">
          <h2 className="name">{name}</h2>
          <span className="md ink2">{customerOf(row)}</span>
        </span>
      </div>
      {row["phone"] != null && (
        <div style={{ marginTop: 12 }}>
          <RevealButton resource="contact" id={id} field="phone" call />
        </div>
      )}
    </>
  );
}

function Form({ onClose, onCreated }: { onClose: () => void; onCreated: (id: string) => void }) {
  const [params] = useSearchParams();
  const parent = useParent(params.get("customerId"));
  if (parent === undefined) return null;
  return (
    <RecordForm
      resource="contact"
      first={["name", "customerId", "title", "phone", "wechat", "email", "role", "isPrimary"]}
      initial={parent}
      onCreated={(row) => onCreated(row["contactId"] as string)}
      onClose={onClose}
    />
  );
}
