import { useLocation } from "wouter";

import { asApiError } from "../api/errors";
import { age } from "../format/dates";
import { useT } from "../i18n/translate";
import { usePreferences } from "../state/preferences";
import { toast } from "../state/toasts";
import { Button } from "../ui/Button";
import { Icon, type IconName } from "../ui/Icon";
import { Empty, Failed, SkeletonLines } from "../ui/States";
import { type Notification, placeOf, useMarkRead, useNotifications } from "./useNotifications";

const ICONS: Record<string, IconName> = { taskReminder: "clock", taskAssigned: "check", handover: "swap" };

/** What one was told, newest first. Opening it marks it as read. */
export function NotificationList({ close }: { close?: () => void }) {
  const t = useT();
  const { data, error, refetch } = useNotifications();
  const mark = useMarkRead();
  const failed = (raised: unknown) => toast(asApiError(raised).message, { tone: "danger" });
  if (error) return <Failed error={error} retry={() => void refetch()} />;
  if (!data) return <SkeletonLines lines={4} />;
  if (data.data.length === 0) return <Empty icon="bell" title={t("bell.empty")} hint={t("bell.emptyHint")} />;
  return (
    <>
      <ul className="nts">
        {data.data.map((each) => (
          <Item
            key={each.notificationId}
            of={each}
            opened={() => {
              close?.();
              if (each.readAt === null) void mark(each.notificationId).catch(failed);
            }}
          />
        ))}
      </ul>
      <div className="row g8" style={{ padding: 8 }}>
        <span className="sp" />
        <Button small icon="check" disabled={data.unread === 0} onClick={() => void mark().catch(failed)}>
          {t("bell.readAll")}
        </Button>
      </div>
    </>
  );
}

function Item({ of, opened }: { of: Notification; opened: () => void }) {
  const t = useT();
  const { language } = usePreferences();
  const [, go] = useLocation();
  const place = placeOf(of);
  const unread = of.readAt === null;
  return (
    <li>
      <button
        type="button"
        className={`nt${unread ? " un" : ""}`}
        onClick={() => {
          opened();
          if (place) go(place);
        }}
      >
        <Icon name={ICONS[of.kind] ?? "bell"} />
        <span className="col sp">
          <span className="tx">{of.text}</span>
          <span className="sm mut">{age(of.createdAt, language)}</span>
        </span>
        {unread && <i className="dot" role="img" aria-label={t("bell.unread")} />}
      </button>
    </li>
  );
}
