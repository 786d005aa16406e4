import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { asApiError } from "../api/errors";
import type { DuplicatePolicy } from "../api/schema";
import { useT } from "../i18n/translate";
import { AskAdmin } from "../organisation/Users";
import { useIsAdmin } from "../organisation/useOrganisation";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Choice } from "../ui/Field";
import { Failed, SkeletonLines } from "../ui/States";
import { policy, setPolicy } from "./useDuplicatePairs";

const KEYS = ["nameCore", "phone", "email", "uscc"] as const;
const CHANNELS = ["api", "batch", "import"] as const;
const ACTS = ["off", "warn", "block"] as const;
type Acts = Partial<Record<(typeof CHANNELS)[number], (typeof ACTS)[number]>>;

/** What is done about a new customer that may be there already. */
export function Policy() {
  const t = useT();
  const admin = useIsAdmin();
  const queries = useQueryClient();
  const { data, error, refetch } = useQuery(policy);
  const saving = useMutation({
    mutationFn: (wanted: DuplicatePolicy) => {
      const { nameCore, phone, email, uscc } = wanted;
      return setPolicy(newRequestId(), { nameCore, phone, email, uscc });
    },
    onSuccess: (done) => {
      queries.setQueryData(policy.queryKey, done);
      toast(t("duplicates.policySaved"));
    },
    onError: (failure) => toast(asApiError(failure).message, { tone: "danger" }),
  });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  const shown = saving.isPending ? saving.variables : data;
  return (
    <>
      {!admin && <AskAdmin />}
      <p className="mut" style={{ marginBottom: 12 }}>{t("duplicates.policyHint")}</p>
      <div className="card" style={{ overflowX: "auto" }}>
        <table style={{ width: "100%", borderSpacing: 8, textAlign: "left" }}>
          <thead>
            <tr>
              <th>{t("duplicates.sameKey")}</th>
              {CHANNELS.map((channel) => (
                <th key={channel}>{t(`duplicates.channel.${channel}`)}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {KEYS.map((key) => (
              <tr key={key}>
                <th scope="row">{t(`duplicates.key.${key}`)}</th>
                {CHANNELS.map((channel) => (
                  <td key={channel}>
                    <Choice
                      aria-label={`${t(`duplicates.key.${key}`)} · ${t(`duplicates.channel.${channel}`)}`}
                      value={(shown[key] as Acts)[channel] ?? "off"}
                      disabled={!admin || saving.isPending}
                      onChange={(event) => saving.mutate({ ...data, [key]: { ...(data[key] as Acts), [channel]: event.target.value } })}
                    >
                      {ACTS.map((act) => (
                        <option key={act} value={act}>{t(`duplicates.act.${act}`)}</option>
                      ))}
                    </Choice>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
