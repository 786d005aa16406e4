// Uses the generated TypeScript client against a running service: create, list, change, conflict, error.
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import createClient from 'openapi-fetch'
import type { paths } from './crm.d.ts'

const headers = { Authorization: 'Bearer test' }
const client = createClient<paths>({ baseUrl: process.env['CRM_URL'] ?? '', headers })
const tenant = { 'X-Tenant-Id': 'typescript' }
const write = () => ({ ...tenant, 'X-Request-ID': randomUUID() })

const body = { name: '杭州云图科技有限公司', contactPhone: '13812345678' }
const created = await client.POST('/customers', { params: { header: write() }, body })
assert.equal(created.response.status, 201)
assert.ok(created.data)
assert.equal(created.data.contactPhone, '138****5678')
const path = { customer_id: created.data.customerId }
const etag = created.response.headers.get('ETag') ?? ''

const twin = await client.POST('/customers', { params: { header: write() }, body })
assert.equal(twin.response.status, 409)
assert.equal(twin.error?.code, 'DUPLICATE_NAME')

const list = await client.GET('/customers', { params: { header: tenant, query: { pageSize: 5 } } })
assert.deepEqual(list.data?.data, [created.data])
assert.equal(list.data.total, 1)

const condition = () => ({ ...write(), 'If-Match': etag })
const patch = { params: { path, header: condition() }, body: { status: 2 as const } }
const changed = await client.PATCH('/customers/{customer_id}', patch)
assert.equal(changed.response.status, 200)
assert.equal(changed.data?.status, 2)

const late = { params: { path, header: condition() }, body: { contactEmail: 'a@example.com' } }
const refused = await client.PATCH('/customers/{customer_id}', late)
assert.equal(refused.response.status, 412)
assert.equal(refused.error?.code, 'PRECONDITION_FAILED')

const tag = changed.response.headers.get('ETag') ?? ''
const known = { params: { path, header: { ...tenant, 'If-None-Match': tag } } }
assert.equal((await client.GET('/customers/{customer_id}', known)).response.status, 304)

const wrong = await client.POST('/customers', { params: { header: write() }, body: { name: '' } })
assert.equal(wrong.response.status, 400)
assert.equal(wrong.error?.errors?.[0]?.field, 'name')

console.log('TypeScript client: created, listed, changed under a condition, and refused as documented')
