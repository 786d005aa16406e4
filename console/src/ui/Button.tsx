import type { ComponentProps, ReactNode } from "react";

import { Icon, type IconName } from "./Icon";

interface Props extends ComponentProps<"button"> {
  icon?: IconName;
  look?: "primary" | "ghost" | "danger";
  small?: boolean;
  busy?: boolean;
  hint?: string;
}

const LOOKS = { primary: " p", ghost: " gh", danger: " dg" };

export function Button({ icon, look, small, busy, hint, children, className = "", ...rest }: Props) {
  const looks = `btn${look ? LOOKS[look] : ""}${small ? " sm" : ""} ${className}`;
  return (
    <button type="button" {...rest} className={looks} disabled={busy || rest.disabled} aria-busy={busy || undefined}>
      {icon && <Icon name={icon} />}
      {children}
      {hint && <kbd className="hide-phone" aria-hidden="true">{hint}</kbd>}
    </button>
  );
}

interface IconButtonProps extends ComponentProps<"button"> {
  icon: IconName;
  label: string;
  bordered?: boolean;
  small?: boolean;
}

export function IconButton({ icon, label, bordered, small, className = "", ...rest }: IconButtonProps) {
  const looks = `ib${bordered ? " b" : ""}${small ? " x" : ""} ${className}`;
  return (
    <button type="button" {...rest} className={looks} aria-label={label} title={label}>
      <Icon name={icon} />
    </button>
  );
}

interface SegmentOption<V extends string> {
  value: V;
  label: ReactNode;
  icon?: IconName;
}

export function Segments<V extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: V;
  options: SegmentOption<V>[];
  onChange: (value: V) => void;
}) {
  return (
    <div className="seg" role="group" aria-label={label}>
      {options.map((each) => (
        <button
          key={each.value}
          type="button"
          className={each.value === value ? "on" : ""}
          aria-pressed={each.value === value}
          onClick={() => onChange(each.value)}
        >
          {each.icon && <Icon name={each.icon} />}
          {each.label}
        </button>
      ))}
    </div>
  );
}
