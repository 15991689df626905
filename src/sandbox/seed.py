"""Two believable firms. The second shares no stage name with the first, nor with anybody's defaults."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sandbox import writes
from sandbox.clock import Clock, system_clock
from sandbox.hand import Hand
from sandbox.records import (
    Company,
    ContactPoint,
    ContactType,
    CustomField,
    Option,
    Pipeline,
    PracticeArea,
    Ref,
    Stage,
    SubStatus,
    User,
)
from sandbox.seed_forms import seed_forms
from sandbox.seed_people import HARTWELL, HARTWELL_MATTERS, NAKAMURA, NAKAMURA_MATTERS, Person
from sandbox.store import DeveloperApp, Firm, Town


@dataclass(frozen=True)
class Plan:
    """What to build for one firm."""

    slug: str
    name: str
    timezone: str
    users: Sequence[tuple[str, str, str]]
    pipelines: Sequence[tuple[str, Sequence[str], Sequence[tuple[str, str]]]]
    practice_areas: Sequence[tuple[str, str]]
    sub_statuses: Sequence[tuple[str, str]]
    custom_fields: Sequence[tuple[str, str, str, Sequence[str]]]
    contact_types: Sequence[str]
    people: Sequence[Person]
    matters: Sequence[tuple[int, str, str, str, str, int]]


HARTWELL_PLAN = Plan(
    slug="hartwell",
    name="Hartwell Family Law",
    timezone="America/Los_Angeles",
    users=[("Evelyn", "Hartwell", "admin"), ("Jonah", "Reyes", "user"), ("Dorothy", "Lin", "user")],
    pipelines=[
        (
            "Intake",
            ["pnc"],
            [
                ("New Lead", "#4a7aa7"), ("Family Law Intake", "#8a5a83"), ("Immigration Intake", "#3d8b7d"),
                ("Estate Planning Intake", "#7d7a3d"), ("Personal Injury Intake", "#b0653a"),
                ("Criminal Intake", "#8b3d4f"), ("Business Intake", "#4f5f8b"),
                ("Real Estate Intake", "#5d8b4f"),
            ],
        ),
        (
            "Consultation to Hire",
            ["pnc", "hired", "lost"],
            [
                ("Consultation Scheduled", "#b08a2e"), ("Agreement Sent", "#7a6bb0"), ("Retained", "#2e8b57"),
                ("Lost", "#8a8f98"),
            ],
        ),
    ],
    practice_areas=[
        ("Family Law", "#8a5a83"), ("Immigration", "#3d8b7d"), ("Estate Planning", "#7d7a3d"),
        ("Personal Injury", "#b0653a"), ("Criminal Defense", "#8b3d4f"), ("Business Law", "#4f5f8b"),
        ("Real Estate", "#5d8b4f"),
    ],
    sub_statuses=[
        ("Intake in Progress", "pnc"), ("Awaiting Documents", "pnc"), ("Intake Complete", "pnc"),
        ("Active", "hired"), ("Closed", "hired"), ("Not a Fit", "lost"), ("No Response", "lost"),
    ],
    custom_fields=[
        ("Children Count", "Prospect", "integer", ()), ("Urgent", "Prospect", "boolean", ()),
        ("Opposing Party", "Prospect", "string", ()), ("Facts of the Case", "Prospect", "text", ()),
        ("Retainer", "Prospect", "currency", ()), ("Date of Marriage", "Prospect", "date", ()),
        ("Best Time to Call", "Prospect", "time", ()), ("Hearing", "Prospect", "datetime", ()),
        ("County", "Prospect", "list", ("Alameda", "Contra Costa", "Marin", "San Francisco")),
        ("Assets Involved", "Prospect", "multi_picklist", ("Home", "Business", "Retirement", "Vehicle")),
        ("Responsible Attorney", "Prospect", "lookup", ("User",)),
        ("Sum at Stake", "PracticeArea", "list", ("Under $50,000", "$50,000 and more")),
        ("Household Size", "Contact", "integer", ()), ("Needs Interpreter", "Contact", "boolean", ()),
        ("Preferred Name", "Contact", "string", ()), ("Accessibility Needs", "Contact", "text", ()),
        ("Monthly Income", "Contact", "currency", ()), ("Client Since", "Contact", "date", ()),
        ("Quiet Hours Start", "Contact", "time", ()), ("Last Portal Visit", "Contact", "datetime", ()),
        ("Preferred Language", "Contact", "list", ("English", "Spanish", "Mandarin", "Vietnamese")),
        ("Heard About Us", "Contact", "multi_picklist", ("Referral", "Search", "Bar association", "Radio")),
        ("Referred By", "Contact", "lookup", ("Contact",)),
    ],
    contact_types=["Client", "Opposing Party", "Witness", "Judge"],
    people=HARTWELL,
    matters=HARTWELL_MATTERS,
)  # fmt: skip

NAKAMURA_PLAN = Plan(
    slug="nakamura",
    name="Nakamura & Osei LLP",
    timezone="America/New_York",
    users=[("Aiko", "Nakamura", "admin"), ("Kwame", "Osei", "admin")],
    pipelines=[
        (
            "The Path",
            ["pnc", "hired", "lost"],
            [
                ("Door opened", "#5b6d9c"), ("Conflicts cleared", "#6d9c5b"),
                ("Terms on the table", "#9c7a5b"),
                ("On the books", "#2f7f6f"), ("Parted ways", "#8c8c8c"),
            ],
        ),
    ],
    practice_areas=[
        ("Households & Kin", "#7f5b9c"), ("Border Matters", "#5b9c94"), ("Legacies", "#9c985b"),
        ("Ventures", "#5b719c"),
    ],
    sub_statuses=[("Papers coming", "pnc"), ("Engaged", "hired"), ("Sent elsewhere", "lost")],
    custom_fields=[
        ("Kinship", "Prospect", "list", ("Married", "Partnered", "Separated")),
        ("House Reference", "Prospect", "string", ()),
        ("Tongue", "Contact", "list", ("English", "Twi", "Japanese")),
    ],
    contact_types=["Friend of the house"],
    people=NAKAMURA,
    matters=NAKAMURA_MATTERS,
)  # fmt: skip


def seed_town(clock: Clock = system_clock) -> Town:
    town = Town(clock)
    for plan in (HARTWELL_PLAN, NAKAMURA_PLAN):
        _build(town, plan)
    _details(town)
    seed_forms(town)
    return town


def _build(town: Town, plan: Plan) -> Firm:
    opened = town.clock().replace(microsecond=0) - timedelta(days=400)
    firm = Firm(
        id=town.next_id("firm"),
        slug=plan.slug,
        name=plan.name,
        timezone=ZoneInfo(plan.timezone),
        app=DeveloperApp("Client intake", f"sandbox-{plan.slug}", f"sandbox-{plan.slug}-secret"),
    )
    town.firms[plan.slug] = firm
    for first, last, role in plan.users:
        user = User(
            id=town.next_id("user"),
            created_at=opened,
            updated_at=opened,
            first_name=first,
            last_name=last,
            email=f"{first.casefold()}@{plan.slug}.example",
            role=role,
        )
        firm.users[user.id] = user
    _set_up(Hand(town, firm, firm.admin, opened), plan)
    _people(town, firm, plan, opened)
    return firm


def _set_up(hand: Hand, plan: Plan) -> None:
    firm, made_by = hand.firm, hand.user.id
    for name, statuses, stages in plan.pipelines:
        pipeline = Pipeline(
            **hand.new("pipeline"), name=name, description=f"{name} of {firm.name}", statuses=list(statuses),
            created_by_id=made_by,
        )  # fmt: skip
        firm.pipelines[pipeline.id] = pipeline
        for order, (stage_name, color) in enumerate(stages, start=1):
            stage = Stage(**hand.new("stage"), name=stage_name, color=color, order=order, pipeline_id=pipeline.id)
            firm.stages[stage.id] = stage
    for name, color in plan.practice_areas:
        area = PracticeArea(**hand.new("practice_area"), name=name, color=color)
        firm.practice_areas[area.id] = area
    for name, status in plan.sub_statuses:
        sub = SubStatus(**hand.new("sub_status"), name=name, status=status, created_by_id=made_by)
        firm.sub_statuses[sub.id] = sub
    for name, kind, field_type, extra in plan.custom_fields:
        names = () if field_type == "lookup" else extra
        field = CustomField(
            **hand.new("custom_field"), name=name, type=kind, field_type=field_type,
            practice_area=plan.practice_areas[0][0] if kind == "PracticeArea" else None,
            lookup_type=extra[0] if field_type == "lookup" else None,
            options=[Option(hand.town.next_id("list_option"), option) for option in names],
        )  # fmt: skip
        firm.custom_fields[field.id] = field
    for name in plan.contact_types:
        kind_row = ContactType(**hand.new("custom_contact_type"), name=name)
        firm.contact_types[kind_row.id] = kind_row
    company = Company(**hand.new("company"), name=f"{plan.people[-1][1]} Holdings")
    firm.companies[company.id] = company
    point = ContactPoint(
        **hand.new("phone_number"), label="Office", info="415-555-0199", owner=Ref("company", company.id)
    )
    firm.phone_numbers[point.id] = point


def _people(town: Town, firm: Firm, plan: Plan, opened: datetime) -> None:
    made = []
    for number, (first, last, email, phone) in enumerate(plan.people):
        hand = Hand(town, firm, firm.admin, opened + timedelta(days=4 * number, hours=number % 9))
        person = {"first_name": first, "last_name": last, "email": email, "phone": phone}
        made.append(writes.add_contact(hand, person))
    for number, (index, title, area, stage, status, dollars) in enumerate(plan.matters):
        at = made[index].created_at + timedelta(days=2 + number % 5, hours=2)
        hand = Hand(town, firm, firm.admin, at)
        subs = [row for row in firm.sub_statuses.values() if row.status == status]
        fields = {
            "case_title": title,
            "practice_area_id": firm.practice_area_named(area).id,
            "stage_id": firm.stage_named(stage).id,
            "status": status,
            "sub_status_id": subs[number % len(subs)].id,
            "estimated_value_cents": dollars * 100,
        }
        notes = [("First call", "Spoke by phone, sent the fee sheet.")] if number % 3 == 0 else []
        writes.add_matter(hand, made[index], fields, notes=notes)


def _details(town: Town) -> None:
    """A few filled corners: an address, custom values, a tag, a note on a contact."""
    firm = town.firm("hartwell")
    maria = next(row for row in firm.contacts.values() if row.name == "Maria Johnson")
    hand = Hand(town, firm, firm.admin, maria.created_at + timedelta(days=9))
    language = firm.custom_field_named("Preferred Language")
    writes.change_contact(
        hand,
        maria,
        {"street": "12 Alder Court", "city": "Oakland", "state": "CA", "zipcode": "94601"},
        {language.id: str(language.options[0].id)},
        [("Referral", "Sent to us by the county bar's referral service.")],
    )
    matter = next(row for row in firm.matters.values() if row.case_title == "Johnson v. Johnson")
    county = firm.custom_field_named("County")
    custom = {
        county.id: str(county.options[0].id),
        firm.custom_field_named("Children Count").id: 2,
        firm.custom_field_named("Date of Marriage").id: "2011-06-18",
    }
    writes.change_matter(hand, matter, {"case_blurb": "Contested, two children."}, custom, ["Priority"])
