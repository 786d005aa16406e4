"""Kinds of fields. Each defines its JSON form, column, label, visibility and who may set it."""

from crm_cell.fields.business import birthday as birthday
from crm_cell.fields.business import region as region
from crm_cell.fields.business import uscc as uscc
from crm_cell.fields.business import website as website
from crm_cell.fields.business import wechat as wechat
from crm_cell.fields.computed import computed as computed
from crm_cell.fields.contact import email as email
from crm_cell.fields.contact import phone as phone
from crm_cell.fields.field import NOTHING as NOTHING
from crm_cell.fields.field import Field as Field
from crm_cell.fields.field import OnDelete as OnDelete
from crm_cell.fields.field import OnErase as OnErase
from crm_cell.fields.field import Writable as Writable
from crm_cell.fields.references import created_by as created_by
from crm_cell.fields.references import owner as owner
from crm_cell.fields.references import reference as reference
from crm_cell.fields.references import user as user
from crm_cell.fields.references import users as users
from crm_cell.fields.scalars import boolean as boolean
from crm_cell.fields.scalars import currency as currency
from crm_cell.fields.scalars import date as date
from crm_cell.fields.scalars import date_or_time as date_or_time
from crm_cell.fields.scalars import enum as enum
from crm_cell.fields.scalars import instant as instant
from crm_cell.fields.scalars import integer as integer
from crm_cell.fields.scalars import money as money
from crm_cell.fields.scalars import month as month
from crm_cell.fields.scalars import option as option
from crm_cell.fields.scalars import options as options
from crm_cell.fields.scalars import text as text
from crm_cell.fields.structured import expression as expression
from crm_cell.fields.structured import items as items
from crm_cell.fields.system import assigned_at as assigned_at
from crm_cell.fields.system import comparison_key as comparison_key
from crm_cell.fields.system import idempotency_key as idempotency_key
from crm_cell.fields.system import request_id as request_id
from crm_cell.fields.system import time_of as time_of
from crm_cell.fields.system import user_of as user_of
from crm_cell.fields.tagging import tags as tags

CASCADE = OnDelete.CASCADE
RESTRICT = OnDelete.RESTRICT
KEEP = OnDelete.KEEP
ANONYMISE = OnErase.ANONYMISE
DELETE = OnErase.CASCADE
CLEAR = OnErase.CLEAR
