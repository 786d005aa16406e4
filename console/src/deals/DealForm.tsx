import { useSearchParams } from "wouter";

import { RecordForm } from "../records/RecordForm";
import { useParent } from "../records/useParent";

interface Props {
  onClose: () => void;
  onCreated: (id: string) => void;
}

export function DealForm({ onClose, onCreated }: Props) {
  const [params] = useSearchParams();
  const stage = params.get("stage");
  const parent = useParent(params.get("customerId"));
  if (parent === undefined) return null;
  return (
    <RecordForm
      resource="opportunity"
      first={["title", "customerId", "amountCents", "currency", "stage", "expectedCloseOn"]}
      initial={{ ...parent, ...(stage && { stage }) }}
      onCreated={(row) => onCreated(row["opportunityId"] as string)}
      onClose={onClose}
    />
  );
}
