"""Support's own tables, the identity map in a schema of its own, and the kit's tables."""

from alembic import op

from aftercare.kit.store.migrations import create_kit_tables, drop_kit_tables

revision = "0001"
down_revision = None

_STATEMENTS = (
    "create schema identity",
    """create table answer (
        answer text not null,
        undone boolean default false not null,
        at timestamptz not null,
        primary key (answer),
        constraint answer_answer_pattern check ("answer" ~ '^ans_[0-9a-f]{32}$')
    )""",
    """create table assignment (
        assignment text not null,
        "case" text not null,
        supporter text not null,
        state text not null,
        asked_at timestamptz not null,
        by_coordinator boolean default false not null,
        primary key (assignment),
        constraint assignment_assignment_pattern check ("assignment" ~ '^asg_[0-9a-f]{32}$'),
        constraint assignment_case_pattern check ("case" ~ '^cas_[0-9a-f]{32}$'),
        constraint assignment_supporter_pattern check ("supporter" ~ '^per_[0-9a-f]{32}$'),
        constraint assignment_state_words check ("state" in ('asked', 'accepted', 'refused', 'timed-out', 'released'))
    )""",
    """create index assignment_by_case on assignment ("case")""",
    """create index assignment_by_supporter on assignment (supporter) where state in ('asked', 'accepted')""",
    """create table audit (
        id bigint generated always as identity,
        at timestamptz not null,
        actor text not null,
        act text not null,
        subject text not null,
        detail text,
        primary key (id),
        constraint audit_actor_pattern
            check ("actor" ~ '^(system|directory|outreach|intake|login[.]v1[.][A-Za-z0-9_-]{43})$'),
        constraint audit_act_words check ("act" in ('obligation-opened', 'obligation-settled', 'case-moved',
            'cases-merged', 'wishes-changed', 'supporter-asked', 'supporter-answered', 'supporter-timed-out',
            'supporter-released', 'supporter-changed', 'card-granted', 'card-revoked', 'task-opened',
            'task-claimed', 'task-passed-on', 'task-done')),
        constraint audit_subject_pattern check ("subject" ~ '^(obl|cas|asg|tsk|req|crd|per)_[0-9a-f]{32}$'),
        constraint audit_detail_pattern check ("detail" ~ '^[a-z0-9-]{1,40}$')
    )""",
    """create index audit_by_subject on audit (subject)""",
    """create table card (
        card text not null,
        regarding text not null,
        person text not null,
        expires_at timestamptz not null,
        revoked boolean default false not null,
        primary key (card),
        constraint card_card_pattern check ("card" ~ '^crd_[0-9a-f]{32}$'),
        constraint card_regarding_pattern check ("regarding" ~ '^(cas|asg|tsk)_[0-9a-f]{32}$'),
        constraint card_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$')
    )""",
    """create index card_by_regarding on card (regarding)""",
    """create table contact_request (
        request text not null,
        purpose text not null,
        regarding text not null,
        requested_at timestamptz not null,
        state text not null,
        person text,
        "case" text,
        obligation text,
        primary key (request),
        constraint contact_request_request_pattern check ("request" ~ '^req_[0-9a-f]{32}$'),
        constraint contact_request_purpose_words check ("purpose" in ('offer', 'offer-before-interview',
            'offer-after-interview', 'reminder', 'supporter-found', 'coordinator-will-call', 'supporter-ask',
            'supporter-card', 'coordinator-task')),
        constraint contact_request_regarding_pattern check ("regarding" ~ '^(cas|asg|tsk)_[0-9a-f]{32}$'),
        constraint contact_request_state_words check ("state" in ('open', 'sent', 'over')),
        constraint contact_request_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$'),
        constraint contact_request_case_pattern check ("case" ~ '^cas_[0-9a-f]{32}$'),
        constraint contact_request_obligation_pattern check ("obligation" ~ '^obl_[0-9a-f]{32}$')
    )""",
    """create index contact_request_by_regarding on contact_request (regarding)""",
    """create table identity.identifier (
        identifier text not null,
        person text,
        verdict text,
        primary key (identifier),
        constraint identifier_identifier_pattern check ("identifier" ~ '^v1[.][a-z0-9-]{1,16}[.][A-Za-z0-9_-]{43}$'),
        constraint identifier_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$'),
        constraint identifier_verdict_words check ("verdict" in ('not-staff', 'cannot-be-identified',
            'left-organisation'))
    )""",
    """create index identifier_by_person on identity.identifier (person)""",
    """create table identity.login (
        login text not null,
        person text not null,
        primary key (login),
        constraint login_login_pattern check ("login" ~ '^login[.]v1[.][A-Za-z0-9_-]{43}$'),
        constraint login_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$')
    )""",
    """create index login_by_person on identity.login (person)""",
    """create table identity.merged (
        "old" text not null,
        person text not null,
        primary key ("old"),
        constraint merged_old_pattern check ("old" ~ '^per_[0-9a-f]{32}$'),
        constraint merged_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$')
    )""",
    """create table identity.named (
        obligation text not null,
        identifier text not null,
        primary key (obligation),
        constraint named_obligation_pattern check ("obligation" ~ '^obl_[0-9a-f]{32}$'),
        constraint named_identifier_pattern check ("identifier" ~ '^v1[.][a-z0-9-]{1,16}[.][A-Za-z0-9_-]{43}$')
    )""",
    """create index named_by_identifier on identity.named (identifier)""",
    """create table identity.rca_member (
        rca text not null,
        identifier text not null,
        primary key (rca, identifier),
        constraint rca_member_rca_pattern check ("rca" ~ '^rca_[0-9a-f]{32}$'),
        constraint rca_member_identifier_pattern check ("identifier" ~ '^v1[.][a-z0-9-]{1,16}[.][A-Za-z0-9_-]{43}$')
    )""",
    """create table incident (
        incident text not null,
        revision integer not null,
        status text not null,
        primary key (incident),
        constraint incident_incident_pattern check ("incident" ~ '^inc_[0-9a-f]{32}$'),
        constraint incident_status_words check ("status" in ('reported', 'nobody-involved', 'withdrawn', 'merged'))
    )""",
    """create table not_this_one (
        person text not null,
        supporter text not null,
        primary key (person, supporter),
        constraint not_this_one_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$'),
        constraint not_this_one_supporter_pattern check ("supporter" ~ '^per_[0-9a-f]{32}$')
    )""",
    """create table obligation (
        obligation text not null,
        route text not null,
        opened_at timestamptz not null,
        incident text,
        involvement text,
        rca text,
        stage text,
        person text,
        site text,
        never_through_manager boolean default false not null,
        urgent boolean default false not null,
        claim text,
        unresolved text,
        settlement text,
        reason text,
        "case" text,
        settled_at timestamptz,
        primary key (obligation),
        constraint obligation_obligation_pattern check ("obligation" ~ '^obl_[0-9a-f]{32}$'),
        constraint obligation_route_words check ("route" in ('incident', 'colleague', 'manager', 'management',
            'self', 'rca-interview', 'disclosure', 'claim')),
        constraint obligation_incident_pattern check ("incident" ~ '^inc_[0-9a-f]{32}$'),
        constraint obligation_involvement_pattern check ("involvement" ~ '^inv_[0-9a-f]{32}$'),
        constraint obligation_rca_pattern check ("rca" ~ '^rca_[0-9a-f]{32}$'),
        constraint obligation_stage_words check ("stage" in ('scheduled', 'held')),
        constraint obligation_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$'),
        constraint obligation_site_pattern check ("site" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint obligation_claim_words check ("claim" in ('below-trigger', 'already-offered',
            'not-involved', 'incident-withdrawn', 'incident-merged', 'left-organisation', 'not-staff',
            'cannot-be-identified', 'nobody-involved', 'named-since', 'backfill', 'synthetic')),
        constraint obligation_unresolved_words check ("unresolved" in ('nobody-named', 'unknown-identifier')),
        constraint obligation_settlement_words check ("settlement" in ('offer-made', 'already-in-care',
            'no-offer-made')),
        constraint obligation_reason_words check ("reason" in ('below-trigger', 'already-offered',
            'not-involved', 'incident-withdrawn', 'incident-merged', 'left-organisation', 'not-staff',
            'cannot-be-identified', 'nobody-involved', 'named-since', 'backfill', 'synthetic')),
        constraint obligation_case_pattern check ("case" ~ '^cas_[0-9a-f]{32}$')
    )""",
    """create index obligation_by_case on obligation ("case")""",
    """create index obligation_by_incident on obligation (incident)""",
    """create index obligation_by_person on obligation (person)""",
    """create index obligation_unresolved on obligation (site) where unresolved is not null""",
    """create table rca_incident (
        rca text not null,
        incident text not null,
        primary key (rca, incident),
        constraint rca_incident_rca_pattern check ("rca" ~ '^rca_[0-9a-f]{32}$'),
        constraint rca_incident_incident_pattern check ("incident" ~ '^inc_[0-9a-f]{32}$')
    )""",
    """create index rca_by_incident on rca_incident (incident)""",
    """create table staff (
        person text not null,
        revision integer not null,
        role_group text not null,
        site text,
        unit text,
        manager text,
        zone text,
        languages text[] not null,
        channels text[] not null,
        gone boolean default false not null,
        primary key (person),
        constraint staff_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$'),
        constraint staff_role_group_words check ("role_group" in ('nurse', 'midwife', 'doctor', 'pharmacist',
            'therapist', 'technician', 'paramedic', 'student', 'resident', 'administration', 'facilities', 'other')),
        constraint staff_site_pattern check ("site" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint staff_unit_pattern check ("unit" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint staff_manager_pattern check ("manager" ~ '^per_[0-9a-f]{32}$'),
        constraint staff_zone_pattern check ("zone" ~ '^[A-Za-z_]{1,32}(/[A-Za-z0-9_+-]{1,32}){0,2}$'),
        constraint staff_languages_pattern check (array_to_string("languages",
            ',') ~ '^([a-z]{2,3}(-[A-Z]{2})?(,[a-z]{2,3}(-[A-Z]{2})?)*)?$'),
        constraint staff_channels_words check ("channels" <@ array['email', 'sms', 'push', 'call']::text[])
    )""",
    """create table support_case (
        "case" text not null,
        person text not null,
        state text not null,
        revision integer not null,
        route text not null,
        opened_at timestamptz not null,
        changed_at timestamptz not null,
        urgent boolean default false not null,
        never_through_manager boolean default false not null,
        site text,
        answer text,
        answered_at timestamptz,
        choice text,
        call_attempts integer not null,
        wishes text[] not null,
        primary key ("case"),
        constraint support_case_case_pattern check ("case" ~ '^cas_[0-9a-f]{32}$'),
        constraint support_case_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$'),
        constraint support_case_state_words check ("state" in ('offer-due', 'offered', 'info-left', 'declined',
            'accepted', 'matching', 'escalated', 'assigned', 'contacted', 'withdrawn', 'closed')),
        constraint support_case_route_words check ("route" in ('incident', 'colleague', 'manager',
            'management', 'self', 'rca-interview', 'disclosure', 'claim')),
        constraint support_case_site_pattern check ("site" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint support_case_answer_pattern check ("answer" ~ '^ans_[0-9a-f]{32}$'),
        constraint support_case_choice_words check ("choice" in ('talk', 'later', 'no', 'urgent', 'accept',
            'refuse', 'contacted', 'not-reached')),
        constraint support_case_wishes_words check ("wishes" <@ array['by-phone', 'by-email', 'in-person',
            'by-video', 'other-unit', 'other-site', 'own-unit']::text[])
    )""",
    """create unique index one_open_case_per_person on support_case (person) where state in ('accepted',
            'assigned', 'contacted', 'escalated', 'matching', 'offer-due', 'offered')""",
    """create index support_case_by_person on support_case (person)""",
    """create table supporter (
        person text not null,
        trained_until timestamptz not null,
        modes text[] not null,
        load_cap integer not null,
        available boolean default false not null,
        last_asked_at timestamptz,
        primary key (person),
        constraint supporter_person_pattern check ("person" ~ '^per_[0-9a-f]{32}$'),
        constraint supporter_modes_words check ("modes" <@ array['individual', 'group']::text[])
    )""",
    """create table task (
        task text not null,
        kind text not null,
        opened_at timestamptz not null,
        due_at timestamptz not null,
        "case" text,
        site text,
        urgent boolean default false not null,
        state text not null,
        rung integer not null,
        attempts integer not null,
        claimed_by text,
        outcome text,
        primary key (task),
        constraint task_task_pattern check ("task" ~ '^tsk_[0-9a-f]{32}$'),
        constraint task_kind_words check ("kind" in ('call-person', 'urgent-call', 'find-supporter',
            'supporter-silent', 'unresolved-overdue', 'person-left')),
        constraint task_case_pattern check ("case" ~ '^cas_[0-9a-f]{32}$'),
        constraint task_site_pattern check ("site" ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
        constraint task_state_words check ("state" in ('open', 'claimed', 'done')),
        constraint task_claimed_by_pattern check ("claimed_by" ~ '^login[.]v1[.][A-Za-z0-9_-]{43}$'),
        constraint task_outcome_words check ("outcome" in ('reached', 'not-reached', 'found-supporter',
            'took-over', 'no-longer-needed'))
    )""",
    """create index task_by_case on task ("case")""",
    """create index task_open on task (due_at) where state <> 'done'""",
    """create function audit_only_grows() returns trigger language plpgsql as $$
        begin raise exception 'the audit trail is never changed'; end $$""",
    """create trigger audit_only_grows before update or delete on audit
        for each statement execute function audit_only_grows()""",
)
_TABLES = (
    "task",
    "supporter",
    "support_case",
    "staff",
    "rca_incident",
    "obligation",
    "not_this_one",
    "incident",
    "identity.rca_member",
    "identity.named",
    "identity.merged",
    "identity.login",
    "identity.identifier",
    "contact_request",
    "card",
    "audit",
    "assignment",
    "answer",
)


def upgrade() -> None:
    create_kit_tables()
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    for table in _TABLES:
        op.execute(f"drop table {table}")
    op.execute("drop function audit_only_grows")
    op.execute("drop schema identity")
    drop_kit_tables()
