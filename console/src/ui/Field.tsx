import { type ComponentProps, type ReactNode, useId } from "react";

import { Icon } from "./Icon";

export interface Control {
  id: string;
  "aria-invalid"?: true;
  "aria-describedby"?: string;
  /** Where no label stands beside. */
  "aria-label"?: string;
}

/** A label, a control, and the service's error message about it. */
export function Field({
  label,
  hint,
  fault,
  wide,
  children,
}: {
  label: string;
  hint?: string;
  fault?: string | undefined;
  wide?: boolean;
  children: (control: Control) => ReactNode;
}) {
  const id = useId();
  const control: Control = { id };
  if (fault) Object.assign(control, { "aria-invalid": true, "aria-describedby": `${id}-fault` });
  return (
    <div className={wide ? "wide" : ""}>
      <label className="lab" htmlFor={id}>
        {label}
        {hint && <span className="mut">{hint}</span>}
      </label>
      {children(control)}
      {fault && (
        <p className="fault" id={`${id}-fault`} role="alert">
          <Icon name="alert" size={14} />
          <span>{fault}</span>
        </p>
      )}
    </div>
  );
}

export function Text({ className = "", ...rest }: ComponentProps<"input">) {
  const bad = rest["aria-invalid"] ? " bad" : "";
  return <input autoComplete="off" {...rest} className={`in${bad} ${className}`} />;
}

export function Area({ className = "", ...rest }: ComponentProps<"textarea">) {
  const bad = rest["aria-invalid"] ? " bad" : "";
  return <textarea rows={3} {...rest} className={`in${bad} ${className}`} />;
}

/** `style` is of the place that it takes. */
export function Choice({ className = "", style, ...rest }: ComponentProps<"select">) {
  const bad = rest["aria-invalid"] ? " bad" : "";
  return (
    <span className="sel" style={style}>
      <select {...rest} className={`in${bad} ${className}`} />
    </span>
  );
}
