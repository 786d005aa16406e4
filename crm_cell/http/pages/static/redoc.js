// Starts ReDoc on the API description beside this page.
const fonts = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

Redoc.init(
  new URL('openapi.json', document.baseURI).href,
  { theme: { typography: { fontFamily: fonts, headings: { fontFamily: fonts } } } },
  document.getElementById('docs'),
)
