"""When the scheduled job runs: every minute, every day."""

from objects import JOB_SECONDS
from xml_text import FORMAT, pretty, spaces


def schedule() -> str:
    days = "".join(f"<ent:WeekDays>{day}</ent:WeekDays>" for day in range(1, 8))
    months = "".join(f"<ent:Months>{month}</ent:Months>" for month in range(1, 13))
    return pretty(
        f'<JobSchedule xmlns="http://v8.1c.ru/8.3/xcf/extrnprops" xmlns:ent="http://v8.1c.ru/8.1/data/enterprise" '
        f'{spaces()} xsi:type="JobSchedule" version="{FORMAT}">'
        f"<ent:DaysRepeatPeriod>1</ent:DaysRepeatPeriod><ent:RepeatPeriodInDay>{JOB_SECONDS}</ent:RepeatPeriodInDay>"
        f"{days}{months}</JobSchedule>"
    )
