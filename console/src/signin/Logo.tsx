import { Icon } from "../ui/Icon";

export function Logo({ large = false }: { large?: boolean }) {
  return (
    <span className={`logo${large ? " x" : ""}`}>
      <Icon name="leaf" size={large ? 20 : 16} />
    </span>
  );
}
