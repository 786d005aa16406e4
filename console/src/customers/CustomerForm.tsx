import { useCallback, useState } from "react";
import { useSearchParams } from "wouter";

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
  const [initial] = useState<Draft>({ name: params.get("new") ?? "" });
  const [draft, setDraft] = useState(EMPTY);
  const { matches, spent } = useDuplicates(draft);
  const see = useCallback((values: Draft) => setDraft(values), []);
  return (
    <RecordForm
      resource="customer"
      first={["name", "contactPhone", "contactEmail", "level", "source"]}
      initial={initial}
      onTyped={see}
      similar={matches.length > 0}
      hint={<DuplicateHint matches={matches} spent={spent} />}
      onCreated={(row) => onCreated(row["customerId"] as string)}
      onClose={onClose}
    />
  );
}
