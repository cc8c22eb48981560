"""What a shop with a 1C register has in its config: the register, and customers who are asked for codes."""

TOKEN = "onec-token-1"
REGISTER = """
[[registers]]
kind = "onec_retail"
id = "KASSA-1C"
access_key_file = "onec-token"
"""

PEOPLE = """
[codes]
enrolment = "server"
spending = "server"
registers_compare = []
[identification.spending]
phone = "with_code"
[enrolment]
enabled = true
rules = "2026-03"
[[enrolment.fields]]
name = "first_name"
caption = "Имя"
required = true
[[enrolment.fields]]
name = "birth_date"
caption = "Дата рождения"
"""
