import { useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import { useSearchParams } from "wouter";

import { whoami } from "../api/resources";
import { RecordForm } from "../records/RecordForm";
import type { Draft } from "../records/values";
import { DuplicateHint } from "./DuplicateHint";
import { useDuplicates } from "./useDuplicates";

interface Props {
  onClose: () => void;
  onCreated: (id: string) => void;
}

const EMPTY: Draft = {};

export function CustomerForm({ onClose, onCreated }: Props) {
  const [params] = useSearchParams();
  const { data: caller } = useQuery(whoami);
  const [name] = useState(params.get("new") ?? "");
  const me = caller?.user ?? "";
  const initial = useMemo<Draft>(() => ({ name, ...(me && { ownerId: me }) }), [name, me]);
  const [draft, setDraft] = useState(EMPTY);
  const { matches, spent } = useDuplicates(draft);
  const see = useCallback((values: Draft) => setDraft(values), []);
  return (
    <RecordForm
      resource="customer"
      first={["name", "contactPhone", "contactEmail", "ownerId", "level", "source"]}
      initial={initial}
      onTyped={see}
      similar={matches.length > 0}
      hint={<DuplicateHint matches={matches} spent={spent} typed={typeof draft["name"] === "string" ? draft["name"] : ""} />}
      onCreated={(row) => onCreated(row["customerId"] as string)}
      onClose={onClose}
    />
  );
}
