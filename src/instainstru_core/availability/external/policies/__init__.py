"""Pure decisions about external calendars."""
