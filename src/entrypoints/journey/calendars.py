"""The instructor's calendar: two devices, a day off, who waits for a time, who may look at it."""

from typing import Any

from attrs import define

from entrypoints.journey.client import agree, eventually
from entrypoints.journey.people import mails
from entrypoints.journey.stage import (
    FRIDAY,
    MONDAY,
    SATURDAY,
    TUESDAY,
    WEDNESDAY,
    Stage,
    text_of,
)

_OPEN_DAYS = range(TUESDAY, FRIDAY + 1)


@define
class Calendars:
    """What editing a calendar shows to whom."""

    stage: Stage

    def week_is_published(self) -> str:
        """A week is replaced by whoever saw it last, and by nobody else."""
        api, address = self.stage.teacher.api, self.stage.week_address()
        seen = api.send("GET", address, 200).headers["ETag"]
        windows = [{"start": "10:00", "end": "19:00"}]
        week = {"days": {str(self.stage.date(day)): windows for day in _OPEN_DAYS}}
        api.put(address, week, 428)
        trial = api.put(f"{address}?dry_run=true", week, headers={"If-Match": seen})
        agree("written by a dry run", (trial["dry_run"], trial["days_written"]), (True, 4))
        saved = api.put(address, week, headers={"If-Match": seen})
        agree("what the dry run foretold", saved["etag"], trial["etag"])
        api.put(address, {"days": {}}, 412, headers={"If-Match": seen})
        return f"the week of {self.stage.monday} is published; an older copy of it was refused"

    def two_devices_are_merged(self) -> str:
        """The phone adds Saturday, the laptop Monday; both stay, and a save can be undone."""
        api, address = self.stage.teacher.api, self.stage.week_address()
        monday, saturday = str(self.stage.date(MONDAY)), str(self.stage.date(SATURDAY))
        base = _windows(api.get(address))
        hours = {"start": "10:00", "end": "14:00"}
        api.patch(address, {"operations": [{"op": "open", "date": saturday, **hours}]})
        mine = {**base, monday: [hours]}
        merged = api.post(f"{address}/merge", {"base": base, "mine": mine}, expect=200)
        agree("changes of the phone", merged["merged_changes"], 1)
        agree("open days", _open_days(merged), 6)
        undone = api.post(
            f"/instructors/me/availability/history/{merged['edit_id']}/undo", expect=200
        )
        agree("dates taken back", undone["written_dates"], [monday])
        now = _windows(api.get(address))
        agree("Monday and Saturday", (now[monday], now[saturday]), ([], [hours]))
        history = api.get("/instructors/me/availability/history")["items"]
        agree("saves that are kept", len(history), 4)
        return "phone and laptop saved the same week: both changes stand; one save was undone"

    def day_off_hides_a_date(self) -> str:
        """A blackout hides a date at once, and its end brings it back as it was."""
        stage, api = self.stage, self.stage.teacher.api
        before = stage.starts(WEDNESDAY)
        blocked = api.post(
            "/instructors/me/blackouts",
            {"date": str(stage.date(WEDNESDAY)), "reason": "A concert"},
        )
        agree("starts on the day off", stage.starts(WEDNESDAY), [])
        agree("codes on the day off", self._codes(WEDNESDAY, 11), ["blackout_date"])
        (blackout,) = blocked["blackouts"]
        api.send("DELETE", f"/instructors/me/blackouts/{blackout['blackout_id']}", 204)
        agree("starts afterwards", stage.starts(WEDNESDAY), before)
        agree("the first and the last", (before[0], before[-1]), ("10:00", "18:00"))
        return "a day off hid a date from everybody, and its removal brought it back"

    def free_time_is_found(self) -> str:
        """The next free start, and every reason against another one."""
        stage = self.stage
        found = stage.anybody.get(
            f"/instructors/{stage.teacher.account_id}/next-available"
            "?location_type=online&duration=60"
        )
        agree("next start", found["starts_at"], text_of(stage.at(TUESDAY, 10)))
        agree("codes at ten", self._codes(TUESDAY, 10), [])
        agree("codes at eight", self._codes(TUESDAY, 8), ["time_not_open"])
        return f"the next free start is {found['date']} {found['start']}; 08:00 is not open"

    def waiting_student_is_told(self) -> str:
        """Who waits for an evening hears of it as it opens."""
        stage, rival = self.stage, self.stage.rival
        saturday = str(stage.date(SATURDAY))
        waiting = rival.api.post(
            "/waitlist",
            {
                "instructor_id": stage.teacher.account_id,
                "location_type": "online",
                "duration": 60,
                "from": saturday,
                "to": saturday,
                "windows": [{"start": "17:00", "end": "19:00"}],
            },
        )
        operation = {"op": "open", "date": saturday, "start": "16:00", "end": "18:30"}
        stage.teacher.api.patch(stage.week_address(), {"operations": [operation]})

        def news() -> list[dict[str, Any]] | None:
            (mine,) = rival.api.get("/waitlist")["items"]
            return mine["news"] or None

        (told,) = eventually("the waiting student is told", news)
        agree("the time that opened", told["starts_at"], text_of(stage.at(SATURDAY, 17)))
        eventually("the mail about it", self._is_mailed)
        rival.api.send("DELETE", f"/waitlist/{waiting['subscription_id']}", 204)
        return "a student who waits for an evening was told as it opened"

    def _codes(self, weekday: int, hour: int) -> list[str]:
        checked = self.stage.student.api.post(
            "/availability/checks", self.stage.proposal(self.stage.at(weekday, hour)), expect=200
        )
        agree("available", checked["available"], not checked["failures"])
        return [each["code"] for each in checked["failures"]]

    def _is_mailed(self) -> bool | None:
        sent = mails(self.stage.anybody, self.stage.rival.email)
        return any(each["template"] == "waitlist_matched" for each in sent) or None


def _windows(week: dict[str, Any]) -> dict[str, list[dict[str, str]]]:
    return {
        day: [{"start": each["start"], "end": each["end"]} for each in windows]
        for day, windows in week["days"].items()
    }


def _open_days(week: dict[str, Any]) -> int:
    return sum(1 for windows in week["days"].values() if windows)
