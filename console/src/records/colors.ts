/** The palette of options and tags, as the classes of the style sheet call it. */
const CLASSES: Record<string, string> = {
  gray: "n",
  red: "d",
  orange: "orange",
  amber: "w",
  green: "o",
  teal: "teal",
  blue: "i",
  purple: "purple",
  pink: "pink",
};

export const COLORS = Object.keys(CLASSES);

export const colorClass = (color: string | null | undefined): string => CLASSES[color ?? "gray"] ?? "n";
