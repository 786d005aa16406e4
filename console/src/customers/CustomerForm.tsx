import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { Link, useSearchParams } from "wouter";

import { type Hit, search } from "../api/resources";
import { useT } from "../i18n/translate";
import { Marked } from "../palette/Marked";
import { RecordForm } from "../records/RecordForm";
import { useNames } from "../people/useNames";
import { Company } from "../ui/Avatar";
import { Icon } from "../ui/Icon";

const PAUSE = 400;
const SHORTEST = 2;
const SHOWN = 3;

/** What may be the same customer, once the reader pauses. */
function useSimilar(name: string): Hit[] {
  const [asked, setAsked] = useState("");
  useEffect(() => {
    const timer = window.setTimeout(() => setAsked(name.trim()), PAUSE);
    return () => window.clearTimeout(timer);
  }, [name]);
  const { data = [] } = useQuery({
    queryKey: ["customer", "similar", asked],
    queryFn: ({ signal }) => search(asked, signal),
    enabled: asked.length >= SHORTEST,
  });
  if (name.trim().length < SHORTEST) return [];
  return data.filter((each) => each.type === "customer").flatMap((each) => each.hits).slice(0, SHOWN);
}

interface Props {
  onClose: () => void;
  onCreated: (id: string) => void;
}

export function CustomerForm({ onClose, onCreated }: Props) {
  const [params] = useSearchParams();
  const [name, setName] = useState("");
  const similar = useSimilar(name);
  const [initial] = useState({ name: params.get("new") ?? "" });
  return (
    <RecordForm
      resource="customer"
      first={["name", "contactPhone", "contactEmail", "level", "source"]}
      initial={initial}
      similar={similar.length > 0}
      hint={(typed) => <Hint typed={typed} onTyped={setName} similar={similar} />}
      onCreated={(row) => onCreated(row["customerId"] as string)}
      onClose={onClose}
    />
  );
}

function Hint({ typed, onTyped, similar }: { typed: string; onTyped: (name: string) => void; similar: Hit[] }) {
  const t = useT();
  const names = useNames();
  useEffect(() => onTyped(typed), [typed, onTyped]);
  if (similar.length === 0) return null;
  return (
    <div className="dupc" style={{ marginTop: 8 }} role="status">
      <div className="row g6 amber" style={{ fontWeight: 600 }}>
        <Icon name="alert" />
        {t("form.similar")}
      </div>
      {similar.map((hit) => (
        <div key={hit.id} className="row g12" style={{ marginTop: 8 }}>
          <Company name={hit.title} size="b" />
          <span className="col sp">
            <span className="el">
              <Marked hit={hit} />
            </span>
            <span className="sm ink2">{hit.ownerId ? names(hit.ownerId) : ""}</span>
          </span>
          <Link href={`/customers/${hit.id}`} className="btn sm">
            {t("action.open")}
          </Link>
        </div>
      ))}
    </div>
  );
}
