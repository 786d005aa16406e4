"""Demo data: the tenant `demo` with half a year of fictitious sales."""

from crm_cell.demo.filling import DemoSummary as DemoSummary
from crm_cell.demo.filling import fill as fill
from crm_cell.demo.filling import is_empty as is_empty
from crm_cell.demo.filling import is_filled as is_filled
