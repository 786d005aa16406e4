import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";

import { api, body } from "../api/client";
import { caller } from "../api/resources";
import { useT } from "../i18n/translate";
import { useColleagues, useNames } from "../people/useNames";
import { newRequestId } from "../state/intent";
import { toast } from "../state/toasts";
import { Person } from "../ui/Avatar";
import { IconButton } from "../ui/Button";
import { Drop, MenuList } from "../ui/Drop";
import { Choice } from "../ui/Field";
import { Failed, SkeletonLines } from "../ui/States";

type Role = "read" | "write";
/** Null removes the user. */
interface Change {
  userId: string;
  role: Role | null;
}

const written = () => ({ ...caller(), "X-Request-ID": newRequestId() });

function useMembers(customerId: string) {
  return useQuery({
    queryKey: ["customer", "members", customerId],
    queryFn: ({ signal }) => body(api.GET("/customers/{customer_id}/members", { params: { header: caller(), path: { customer_id: customerId } }, signal })),
  });
}

function useChange(customerId: string) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: async ({ userId, role }: Change) => {
      const params = { header: written(), path: { customer_id: customerId, user_id: userId } };
      const path = "/customers/{customer_id}/members/{user_id}";
      if (role === null) await api.DELETE(path, { params });
      else await body(api.PUT(path, { params, body: { role } }));
    },
    onError: (error) => toast(error.message, { tone: "danger" }),
    onSettled: () => queries.invalidateQueries({ queryKey: ["customer", "members", customerId] }),
  });
}

/** Who else reads the customer, or works on it. */
export function Collaborators({ customerId, ownerId }: { customerId: string; ownerId: string | null }) {
  const t = useT();
  const names = useNames();
  const { data, error, refetch } = useMembers(customerId);
  const change = useChange(customerId);
  const mayChange = data?.mayChange === true;
  const others = useColleagues().filter((each) => each.userId !== ownerId && !data?.data.some((member) => member.userId === each.userId));
  const people = others.map((each) => ({ label: each.name, act: () => change.mutate({ userId: each.userId, role: "read" }) }));
  return (
    <section aria-label={t("member.title")}>
      <h3 className="h">
        {t("member.title")} <i>{data?.data.length || ""}</i>
        <span className="sp" />
        {mayChange && people.length > 0 && (
          <Drop right label={t("member.add")} button={({ toggle }) => <IconButton small icon="plus" label={t("member.add")} onClick={toggle} />}>
            {(close) => <MenuList close={close} title={t("member.add")} items={people} />}
          </Drop>
        )}
      </h3>
      {error && <Failed error={error} retry={() => void refetch()} />}
      {!data && !error && <SkeletonLines lines={1} />}
      {data?.data.length === 0 && <p className="card none">{t("member.none")}</p>}
      {data && data.data.length > 0 && (
        <div className="card clip">
          {data.data.map(({ userId, role }) => {
            const name = names(userId);
            return (
              <div key={userId} className="li">
                <Person id={userId} name={name} size="m" />
                <span className="sp el">{name}</span>
                {!mayChange && <span className="tag l">{t(`member.${role}`)}</span>}
                {mayChange && (
                  <>
                    <Choice style={{ width: "auto" }} aria-label={t("member.roleOf", { name })} value={role} disabled={change.isPending} onChange={(event) => change.mutate({ userId, role: event.target.value as Role })}>
                      <option value="read">{t("member.read")}</option>
                      <option value="write">{t("member.write")}</option>
                    </Choice>
                    <IconButton small icon="x" label={t("member.remove", { name })} disabled={change.isPending} onClick={() => change.mutate({ userId, role: null })} />
                  </>
                )}
              </div>
            );
          })}
        </div>
      )}
    </section>
  );
}
