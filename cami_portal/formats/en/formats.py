"""How dates may be typed in English forms: the day before the month, as in Bonn. Russian takes 22.11.2016 anyway."""

DATE_INPUT_FORMATS = ["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %B %Y"]

# The day before the month and 24 hours where Django writes them too, as the portal does elsewhere.
DATE_FORMAT, DATETIME_FORMAT, TIME_FORMAT = "j F Y", "j F Y, H:i", "H:i"
MONTH_DAY_FORMAT = "j F"
