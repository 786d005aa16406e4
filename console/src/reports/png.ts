/** A tile of the page as a picture, drawn by the browser from what is on the screen. */
const SVG = "http://www.w3.org/2000/svg";
const SCALE = 2;
/** Buttons, and what only screen readers read. */
const LEFT_OUT = "button, .sr, .seg";
const COPIED = [
  "align-items", "background-color", "border-bottom", "border-collapse", "border-left", "border-radius", "border-right", "border-top",
  "box-sizing", "color", "column-gap", "display", "fill", "flex", "flex-wrap", "font-family", "font-size", "font-weight", "grid-column",
  "grid-template-columns", "height", "justify-content", "left", "line-height", "margin-bottom", "margin-left", "margin-right", "margin-top",
  "max-width", "min-height", "min-width", "overflow", "padding-bottom", "padding-left", "padding-right", "padding-top", "position", "right",
  "row-gap", "stroke", "stroke-width", "text-align", "text-overflow", "top", "bottom", "transform", "vertical-align", "white-space", "width", "z-index",
];

function copyStyle(from: Element, to: Element): void {
  const style = getComputedStyle(from);
  const target = (to as HTMLElement | SVGElement).style;
  for (const name of COPIED) target.setProperty(name, style.getPropertyValue(name));
  Array.from(from.children).forEach((child, at) => copyStyle(child, to.children[at] as Element));
}

function drawn(tile: HTMLElement, width: number, height: number): string {
  const copy = tile.cloneNode(true) as HTMLElement;
  copyStyle(tile, copy);
  copy.querySelectorAll(LEFT_OUT).forEach((each) => each.remove());
  const picture = document.createElementNS(SVG, "svg");
  picture.setAttribute("width", String(width));
  picture.setAttribute("height", String(height));
  const frame = document.createElementNS(SVG, "foreignObject");
  frame.setAttribute("width", "100%");
  frame.setAttribute("height", "100%");
  frame.append(copy);
  picture.append(frame);
  return `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(picture))}`;
}

export async function downloadPng(tile: HTMLElement, name: string): Promise<string> {
  const { width, height } = tile.getBoundingClientRect();
  const image = new Image();
  image.src = drawn(tile, width, height);
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = width * SCALE;
  canvas.height = height * SCALE;
  const pen = canvas.getContext("2d");
  pen?.scale(SCALE, SCALE);
  pen?.drawImage(image, 0, 0);
  const blob = await new Promise<Blob | null>((done) => canvas.toBlob(done, "image/png"));
  if (blob === null) throw new Error("The browser cannot draw this picture.");
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = `${name}.png`;
  link.click();
  URL.revokeObjectURL(link.href);
  return link.download;
}
