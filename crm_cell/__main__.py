"""`python -m crm_cell` is the command line."""

from crm_cell.cli import main

main()
