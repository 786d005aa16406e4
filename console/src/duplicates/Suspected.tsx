import type { ApiError } from "../api/errors";
import { Matches } from "../customers/DuplicateHint";
import { useT } from "../i18n/translate";
import { Field, Text } from "../ui/Field";
import { Icon } from "../ui/Icon";

interface Props {
  error: ApiError;
  reason: string;
  onReason: (reason: string) => void;
}

const LONGEST = 200;

/** The tenant's policy refuses a possible duplicate unless the user gives a reason. */
export function Suspected({ error, reason, onReason }: Props) {
  const t = useT();
  return (
    <div className="dupc" role="alert" style={{ marginTop: 8 }}>
      <div className="row g6 amber" style={{ fontWeight: 600 }}>
        <Icon name="alert" />
        {error.message}
      </div>
      <Matches matches={error.matches} />
      <div style={{ marginTop: 12 }}>
        <Field label={t("duplicate.reason")} hint={t("duplicate.reasonHint")}>
          {(control) => <Text {...control} value={reason} maxLength={LONGEST} onChange={(event) => onReason(event.target.value)} />}
        </Field>
      </div>
    </div>
  );
}
