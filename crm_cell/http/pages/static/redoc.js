// Starts ReDoc on the API description beside this page.
const fonts = 'system-ui, -apple-system, "Segoe UI", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", sans-serif'

Redoc.init(
  'openapi.json',
  { theme: { typography: { fontFamily: fonts, headings: { fontFamily: fonts } } } },
  document.getElementById('docs'),
)
