// Starts Swagger UI on the API description beside this page.
const REQUEST_ID = 'X-Request-ID'

// crypto.randomUUID is missing on plain http from another host, where getRandomValues still is.
function uuid() {
  if (crypto.randomUUID) return crypto.randomUUID()
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  bytes[6] = (bytes[6] & 0x0f) | 0x40
  bytes[8] = (bytes[8] & 0x3f) | 0x80
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

// Every write needs an id of its own: typed in by hand, or a fresh one.
function withRequestId(request) {
  const given = Object.keys(request.headers).some(
    (name) => name.toLowerCase() === REQUEST_ID.toLowerCase() && request.headers[name],
  )
  if (/^(POST|PATCH)$/i.test(request.method) && !given) request.headers[REQUEST_ID] = uuid()
  return request
}

// Within the console: the session of its tab, which is nowhere else.
function consoleSession() {
  try {
    return window.parent === window ? null : JSON.parse(sessionStorage.getItem('crm.session'))
  } catch {
    return null
  }
}

const session = consoleSession()

// A header that is typed in by hand stands.
function withSession(request) {
  if (session === null || new URL(request.url, document.baseURI).origin !== location.origin) return request
  const given = new Set(Object.keys(request.headers).map((name) => name.toLowerCase()))
  const user = /^[\x21-\x7e]*$/.test(session.user) ? session.user : `UTF-8''${encodeURIComponent(session.user)}`
  const own = { Authorization: session.token && `Bearer ${session.token}`, 'X-Tenant-Id': session.tenant, 'X-User-Id': user }
  for (const [name, value] of Object.entries(own)) {
    if (value && !given.has(name.toLowerCase())) request.headers[name] = value
  }
  return request
}

// Swagger UI sends nothing while a required field is empty; since we fill this one, it may be.
function optionalRequestId(node) {
  if (node === null || typeof node !== 'object') return node
  if (node.in === 'header' && (node.name === REQUEST_ID || (session && node.name === 'X-Tenant-Id'))) {
    node.required = false
    // What is filled in would be sent in place of the session's.
    if (session) node.schema = { type: 'string' }
    if (session) delete node.example
  }
  Object.values(node).forEach(optionalRequestId)
  return node
}

const requestIdPlugin = () => ({
  statePlugins: {
    spec: { wrapActions: { updateJsonSpec: (next) => (spec) => next(optionalRequestId(spec)) } },
  },
})

SwaggerUIBundle({
  // Absolute, for the first server in it is relative to it.
  url: new URL('openapi.json', document.baseURI).href,
  dom_id: '#docs',
  deepLinking: true,
  displayRequestDuration: true,
  docExpansion: 'list',
  filter: true,
  persistAuthorization: true,
  plugins: [requestIdPlugin],
  requestInterceptor: (request) => withSession(withRequestId(request)),
  validatorUrl: null,
})
