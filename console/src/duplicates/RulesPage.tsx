import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { asApiError } from "../api/errors";
import type { DuplicatePolicy } from "../api/schema";
import { useT } from "../i18n/translate";
import { AskAdmin } from "../organisation/AskAdmin";
import { useIsAdmin } from "../organisation/useOrganisation";
import { Section } from "../settings/Section";
import { Table } from "../settings/Table";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Choice } from "../ui/Field";
import { Loaded } from "../ui/Loaded";
import { policy, setPolicy } from "./useDuplicatePairs";

const KEYS = ["nameCore", "phone", "email", "uscc"] as const;
const CHANNELS = ["api", "batch", "import"] as const;
const ACTS = ["off", "warn", "block"] as const;
type Acts = Partial<Record<(typeof CHANNELS)[number], (typeof ACTS)[number]>>;

/** The tenant's policy about new customers that may be duplicates. */
export default function RulesPage() {
  const t = useT();
  const admin = useIsAdmin();
  const queries = useQueryClient();
  const found = useQuery(policy);
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
  const choose = (key: (typeof KEYS)[number], channel: string, act: string) =>
    found.data && saving.mutate({ ...found.data, [key]: { ...(found.data[key] as Acts), [channel]: act } });
  const columns = [{ label: t("duplicates.sameKey") }, ...CHANNELS.map((channel) => ({ label: t(`duplicates.channel.${channel}`) }))];
  return (
    <Section title={t("duplicates.rules")} hint={t("duplicates.policyHint")}>
      {!admin && <AskAdmin />}
      <Loaded found={found} lines={4}>
        {(saved) => (
          <Table columns={columns} className="rules">
            {KEYS.map((key) => (
              <tr key={key}>
                <th scope="row" className="nm">{t(`duplicates.key.${key}`)}</th>
                {CHANNELS.map((channel) => (
                  <td key={channel} data-of={t(`duplicates.channel.${channel}`)}>
                    <Choice
                      aria-label={`${t(`duplicates.key.${key}`)} · ${t(`duplicates.channel.${channel}`)}`}
                      style={{ minWidth: 96 }}
                      value={((saving.isPending ? saving.variables : saved)[key] as Acts)[channel] ?? "off"}
                      disabled={!admin || saving.isPending}
                      onChange={(event) => choose(key, channel, event.target.value)}
                    >
                      {ACTS.map((act) => (
                        <option key={act} value={act}>{t(`duplicates.act.${act}`)}</option>
                      ))}
                    </Choice>
                  </td>
                ))}
              </tr>
            ))}
          </Table>
        )}
      </Loaded>
    </Section>
  );
}
