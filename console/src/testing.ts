/** What the modules under test read of a browser when they are loaded. */
class Memory {
  private entries = new Map<string, string>();
  getItem = (key: string): string | null => this.entries.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.entries.set(key, value);
  removeItem = (key: string): void => void this.entries.delete(key);
}

const browser = {
  navigator: { language: "zh-CN", onLine: true, userAgent: "" },
  localStorage: new Memory(),
  sessionStorage: new Memory(),
  document: { baseURI: "http://localhost/console/" },
  window: new EventTarget(),
};
for (const [name, value] of Object.entries(browser)) {
  Object.defineProperty(globalThis, name, { value, configurable: true });
}
