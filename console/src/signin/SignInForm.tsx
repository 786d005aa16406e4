import { useMutation } from "@tanstack/react-query";
import { type SyntheticEvent, useState } from "react";

import { asApiError } from "../api/errors";
import { probe } from "../api/http";
import { useT } from "../i18n/translate";
import type { Session } from "../state/session";
import { Button, IconButton } from "../ui/Button";
import { Field, Text } from "../ui/Field";
import { Icon } from "../ui/Icon";

interface Props {
  /** What is known already, of somebody who signs in again. */
  known?: Session;
  onSignedIn: (session: Session) => void;
}

export function SignInForm({ known = { token: "", tenant: "", user: "" }, onSignedIn }: Props) {
  const t = useT();
  const [values, setValues] = useState<Session>({ ...known, token: "" });
  const [shown, setShown] = useState(false);
  const attempt = useMutation({
    mutationFn: async (tried: Session) => {
      const found = await probe(tried);
      // The service says which tenant a token is for, where none was typed.
      return { ...tried, tenant: tried.tenant || found.tenantId };
    },
    onSuccess: onSignedIn,
  });
  const refused = attempt.error ? asApiError(attempt.error) : null;
  const atTenant = refused?.faultOf("X-Tenant-Id");
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    attempt.mutate({ ...values, token: values.token.trim() });
  };
  return (
    <form className="col g16" onSubmit={submit}>
      <Field label={t("signin.token")} fault={refused && !atTenant ? refused.message : undefined}>
        {(control) => (
          <div className={`in${refused && !atTenant ? " bad" : ""}`}>
            <Icon name="key" />
            <input
              {...control}
              type={shown ? "text" : "password"}
              value={values.token}
              required
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setValues({ ...values, token: event.target.value })}
            />
            <IconButton small icon="eye" label={t("signin.show")} aria-pressed={shown} onClick={() => setShown(!shown)} />
          </div>
        )}
      </Field>
      <div className="form">
        <Field label={t("signin.tenant")} fault={atTenant}>
          {(control) => (
            <Text {...control} value={values.tenant} onChange={(event) => setValues({ ...values, tenant: event.target.value })} />
          )}
        </Field>
        <Field label={t("signin.user")} hint={t("signin.optional")} fault={refused?.faultOf("X-User-Id")}>
          {(control) => (
            <Text {...control} value={values.user} onChange={(event) => setValues({ ...values, user: event.target.value })} />
          )}
        </Field>
      </div>
      <Button type="submit" look="primary" className="big" busy={attempt.isPending}>
        {t("signin.submit")}
      </Button>
    </form>
  );
}
