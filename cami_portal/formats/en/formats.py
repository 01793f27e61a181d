"""How dates may be typed in English forms: the day before the month, as in Bonn. Russian takes 22.11.2016 anyway."""

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %B %Y"]
