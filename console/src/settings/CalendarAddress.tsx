import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { api, body } from "../api/client";
import { asApiError } from "../api/errors";
import { ROOT } from "../api/http";
import { caller } from "../api/resources";
import { shortDay } from "../format/dates";
import { useT } from "../i18n/translate";
import { newRequestId } from "../state/intent";
import { usePreferences } from "../state/preferences";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";

const KEY = ["calendar"];
const ADDRESS = "/users/me/calendar";
const written = () => ({ ...caller(), "X-Request-ID": newRequestId() });

/** The address at which a calendar program reads one's tasks. It is shown once, when it is made. */
export function CalendarAddress() {
  const t = useT();
  const { language } = usePreferences();
  const queries = useQueryClient();
  const [address, setAddress] = useState<string | null>(null);
  const { data } = useQuery({ queryKey: KEY, queryFn: () => body(api.GET(ADDRESS, { params: { header: caller() } })) });
  const failed = (error: unknown) => toast(asApiError(error).message, { tone: "danger" });
  const refresh = () => queries.invalidateQueries({ queryKey: KEY });
  const make = async () => {
    const made = await body(api.POST(ADDRESS, { params: { header: written() } }));
    setAddress(made.path === null ? null : ROOT.replace(/\/$/, "") + made.path);
    await refresh();
  };
  const revoke = async () => {
    await api.DELETE(ADDRESS, { params: { header: caller() } });
    setAddress(null);
    await refresh();
  };
  const copy = (text: string) => {
    void navigator.clipboard.writeText(text).then(() => toast(t("action.copied")));
  };
  if (!data) return null;
  return (
    <section aria-label={t("calendar.title")}>
      <h2 className="seth">{t("calendar.title")}</h2>
      <div className="setc">
        <div className="setr">
          <span className="col">
            <span>{t("calendar.hint")}</span>
            {data.createdAt !== null && address === null && <span className="md">{t("calendar.since", { day: shortDay(data.createdAt, language) })}</span>}
          </span>
          <Button icon="cal" onClick={() => void make().catch(failed)}>
            {t(data.createdAt === null ? "calendar.make" : "calendar.again")}
          </Button>
          {data.createdAt !== null && <Button onClick={() => void revoke().catch(failed)}>{t("calendar.revoke")}</Button>}
        </div>
        {address !== null && (
          <div className="setr">
            <input className="in sp" readOnly aria-label={t("calendar.address")} value={address} onFocus={(event) => event.target.select()} />
            <Button icon="copy" onClick={() => copy(address)}>
              {t("calendar.copy")}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}
